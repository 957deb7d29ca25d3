// <board-voice>: a chime and a voice for each new call. Browsers allow sound only after somebody pressed something, so
// the board has one button; it remembers, and a kiosk browser that allows sound by itself needs no press.
//   <board-voice lang="ja"><button hidden data-on="音を出す" data-off="音を止める"></button> … [data-call="words to read"][data-key="unique"] …</board-voice>

const STORED = "board-sound";

class BoardVoice extends HTMLElement {
  private readonly known = new Set<string>();
  private readonly queue: string[] = [];
  private context: AudioContext | undefined;
  private speaking = false;

  connectedCallback(): void {
    for (const call of this.calls()) this.known.add(call.key);
    const button = this.querySelector("button");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => this.sound(!this.on));
    }
    this.sound(localStorage.getItem(STORED) === "on");
    this.addEventListener("live-part-changed", () => this.news());
  }

  private get on(): boolean {
    return this.context !== undefined && this.context.state !== "closed";
  }

  private sound(wanted: boolean): void {
    localStorage.setItem(STORED, wanted ? "on" : "off");
    if (wanted) {
      this.context ??= new AudioContext();
      void this.context.resume();
    } else {
      void this.context?.close();
      this.context = undefined;
      this.queue.length = 0;
      speechSynthesis.cancel();
    }
    const button = this.querySelector("button");
    const label = button?.querySelector("span") ?? button;
    if (button && label) label.textContent = (wanted ? button.dataset["off"] : button.dataset["on"]) ?? "";
    button?.setAttribute("aria-pressed", String(wanted));
  }

  private calls(): { key: string; words: string; element: HTMLElement }[] {
    return [...this.querySelectorAll<HTMLElement>("[data-call]")].map((element) => ({ key: element.dataset["key"] ?? "", words: element.dataset["call"] ?? "", element }));
  }

  private news(): void {
    const now = this.calls();
    for (const call of now.filter((c) => !this.known.has(c.key)).reverse()) {
      call.element.classList.add("flash");
      if (this.on) this.queue.push(call.words);
    }
    this.known.clear();
    for (const call of now) this.known.add(call.key);
    void this.speak();
  }

  private async speak(): Promise<void> {
    if (this.speaking) return;
    this.speaking = true;
    for (let words = this.queue.shift(); words !== undefined; words = this.queue.shift()) {
      await this.chime();
      await new Promise<void>((resolve) => {
        const voice = new SpeechSynthesisUtterance(words);
        voice.lang = this.lang === "en" ? "en-US" : "ja-JP";
        voice.rate = 0.9;
        voice.addEventListener("end", () => resolve());
        voice.addEventListener("error", () => resolve());
        setTimeout(resolve, 12_000); // A machine without a voice never ends: the chime alone must go on.
        speechSynthesis.speak(voice);
      });
    }
    this.speaking = false;
  }

  private chime(): Promise<void> {
    const context = this.context;
    if (!context) return Promise.resolve();
    const start = context.currentTime + 0.05;
    for (const [index, pitch] of [784, 587].entries()) {
      const tone = context.createOscillator();
      const gain = context.createGain();
      const at = start + index * 0.45;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0, at);
      gain.gain.linearRampToValueAtTime(0.4, at + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.001, at + 0.9);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + 1);
    }
    return new Promise((resolve) => setTimeout(resolve, 1300));
  }
}

/** <board-clock>: keeps the time on the wall; the server's first value stands when scripts do not run. */
class BoardClock extends HTMLElement {
  connectedCallback(): void {
    const time = this.querySelector("time");
    if (!time) return;
    const format = new Intl.DateTimeFormat("ja-JP", { hour: "numeric", minute: "2-digit", hour12: false, timeZone: "Asia/Tokyo" });
    const show = (): void => {
      time.textContent = format.format(new Date());
      time.removeAttribute("datetime");
      setTimeout(show, 1000 - (Date.now() % 1000));
    };
    show();
  }
}

/** <idle-return after="30" href="/kiosk/…">: a kiosk left alone goes back to its first question. */
class IdleReturn extends HTMLElement {
  connectedCallback(): void {
    const seconds = Number(this.getAttribute("after") ?? "30");
    let timer = 0;
    const restart = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(() => location.assign(this.getAttribute("href") ?? "/"), seconds * 1000);
    };
    for (const kind of ["pointerdown", "keydown", "touchstart"]) addEventListener(kind, restart, { passive: true });
    restart();
  }
}

customElements.define("board-voice", BoardVoice);
customElements.define("board-clock", BoardClock);
customElements.define("idle-return", IdleReturn);
