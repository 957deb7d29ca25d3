// <slot-calendar>: a pressed day shows its times in place; the chosen time is said above the button.
import { fetchPage } from "./live";

class SlotCalendar extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-swap]") : null;
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      void this.show(link);
    });
    this.addEventListener("change", () => this.say());
    this.say();
  }

  private async show(link: HTMLAnchorElement): Promise<void> {
    this.setAttribute("aria-busy", "true");
    const page = await fetchPage(link.href);
    const fresh = page?.querySelector("slot-calendar");
    this.removeAttribute("aria-busy");
    if (!page || !fresh) {
      location.assign(link.href);
      return;
    }
    this.replaceChildren(...fresh.childNodes);
    history.replaceState(null, "", link.href);
    // What was wrong, and the time chosen before, belong to the day that is gone.
    document.querySelector(".err-sum")?.remove();
    document.title = page.title;
    const place = document.querySelector<HTMLElement>("[data-chosen]");
    if (place) place.textContent = page.querySelector("[data-chosen]")?.textContent ?? "";
    const times = this.querySelector<HTMLElement>("[data-times]");
    times?.focus({ preventScroll: true });
    if (matchMedia("(max-width: 47.99rem)").matches) times?.scrollIntoView({ block: "start" });
    this.say();
  }

  /** Copies the words of the checked time into [data-chosen], wherever on the page it stands. */
  private say(): void {
    const place = document.querySelector<HTMLElement>("[data-chosen]");
    const checked = this.querySelector<HTMLInputElement>("input[type=radio]:checked");
    if (place && checked?.dataset["label"]) place.textContent = checked.dataset["label"];
  }
}

customElements.define("slot-calendar", SlotCalendar);
