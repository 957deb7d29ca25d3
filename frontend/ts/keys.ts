// <staff-list>: j/k or the arrows move from row to row, Enter opens (a row's heading is a link), "/" goes to the search,
// and an element with data-hotkey="c" is pressed by its key. Keys are read by place too, so they work with the input method on.

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

class StaffList extends HTMLElement {
  private readonly onKey = (event: KeyboardEvent): void => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const is = (key: string, code: string): boolean => event.key === key || (event.key === "Process" && event.code === code);
    if (is("j", "KeyJ") || event.key === "ArrowDown") this.move(1, event);
    else if (is("k", "KeyK") || event.key === "ArrowUp") this.move(-1, event);
    else if (is("/", "Slash")) {
      const search = document.querySelector<HTMLElement>("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    } else {
      const letter = event.key === "Process" ? event.code.replace("Key", "").toLowerCase() : event.key.toLowerCase();
      if (!/^[a-z0-9]$/.test(letter)) return;
      const button = document.querySelector<HTMLElement>(`[data-hotkey="${letter}"]`);
      if (button && button.getClientRects().length > 0) {
        event.preventDefault();
        button.click();
      }
    }
  };

  connectedCallback(): void {
    document.addEventListener("keydown", this.onKey);
  }
  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.onKey);
  }

  private move(step: number, event: KeyboardEvent): void {
    const rows = [...this.querySelectorAll<HTMLElement>("tbody th[scope=row] a")];
    if (rows.length === 0) return;
    event.preventDefault();
    const now = rows.findIndex((row) => row === document.activeElement);
    const selected = Math.max(0, rows.findIndex((row) => row.closest(".sel") !== null));
    const next = now < 0 ? rows[selected] : rows[Math.min(rows.length - 1, Math.max(0, now + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
}

customElements.define("staff-list", StaffList);
