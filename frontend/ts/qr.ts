// <qr-input>: a QR scanner is a keyboard, and a Japanese keyboard often has its input method on. Full-width letters and
// digits become half-width, and the scanner's Enter sends the form even when the input method swallowed it.

const DASHES = /[‐-―−ーｰ－]/g;

/** The number a scanner meant; addresses (with a slash) keep their letters' case. */
export function fold(typed: string): string {
  const plain = typed.normalize("NFKC").replace(DASHES, "-").replace(/\s/g, "");
  return plain.includes("/") ? plain : plain.toUpperCase();
}

class QrInput extends HTMLElement {
  connectedCallback(): void {
    const input = this.querySelector("input");
    if (!input) return;
    let enter = false;
    input.addEventListener("keydown", (event) => {
      if (event.isComposing && (event.key === "Enter" || event.code === "Enter" || event.code === "NumpadEnter")) enter = true;
    });
    input.addEventListener("compositionstart", () => (enter = false));
    input.addEventListener("compositionend", () => {
      if (!enter) return;
      enter = false;
      // The browser writes the composed text after this event.
      setTimeout(() => input.form?.requestSubmit());
    });
    input.form?.addEventListener("submit", () => (input.value = fold(input.value)), { capture: true });
  }
}

customElements.define("qr-input", QrInput);
