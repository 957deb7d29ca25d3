// <copy-link>, <share-page>, <print-page>: each shows its button only where the browser can do it.

abstract class OneButton extends HTMLElement {
  protected abstract can(): boolean;
  protected abstract act(button: HTMLButtonElement): Promise<void>;

  connectedCallback(): void {
    const button = this.querySelector("button");
    if (!button || !this.can()) return;
    button.hidden = false;
    button.addEventListener("click", () => {
      this.act(button).catch(() => undefined); // The reader closed the sheet or forbade it: nothing to say.
    });
  }
}

/** <copy-link text="…"><button hidden data-done="写しました">…</button></copy-link> */
class CopyLink extends OneButton {
  protected can(): boolean {
    return window.isSecureContext && "clipboard" in navigator;
  }
  protected async act(button: HTMLButtonElement): Promise<void> {
    await navigator.clipboard.writeText(this.getAttribute("text") ?? location.href);
    const label = button.querySelector("span") ?? button;
    const before = label.textContent;
    label.textContent = button.dataset["done"] ?? before;
    setTimeout(() => (label.textContent = before), 4000);
  }
}

/** <share-page title="…" text="…" url="…"><button hidden>…</button></share-page> */
class SharePage extends OneButton {
  protected can(): boolean {
    return "share" in navigator;
  }
  protected async act(): Promise<void> {
    const data: ShareData = { url: this.getAttribute("url") ?? location.href };
    const title = this.getAttribute("title");
    const text = this.getAttribute("text");
    if (title) data.title = title;
    if (text) data.text = text;
    await navigator.share(data);
  }
}

/** <print-page><button hidden>…</button></print-page> */
class PrintPage extends OneButton {
  protected can(): boolean {
    return true;
  }
  protected act(): Promise<void> {
    window.print();
    return Promise.resolve();
  }
}

customElements.define("copy-link", CopyLink);
customElements.define("share-page", SharePage);
customElements.define("print-page", PrintPage);
