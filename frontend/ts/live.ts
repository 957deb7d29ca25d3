// <live-part>: asks the server to say "changed", then takes the same part out of a fresh copy of the page.
// Without script, or when the line is cut, the page stays what it is and a reload shows the news.

const sources = new Map<string, EventSource>();
const GAP = 1000;
const POLL = 60_000;

/** The server answered that nobody is signed in: show what it wants to show instead (the sign-in page). */
function signedOut(response: Response): boolean {
  const ended = response.status === 401 || (response.redirected && new URL(response.url).pathname.endsWith("/sign-in"));
  if (ended) location.reload();
  return ended;
}

/** Fetches a page of ours and reads it; nothing on failure. */
export async function fetchPage(address: string): Promise<Document | undefined> {
  try {
    const response = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (signedOut(response) || !response.ok) return undefined;
    return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return undefined;
  }
}

/** Puts the children of `fresh` in the place of those of `old`, and leaves the focus where it was as far as it can. */
export function swap(old: Element, fresh: Element): void {
  const active = document.activeElement;
  const held = active instanceof HTMLElement && old.contains(active) ? active : undefined;
  const address = held?.getAttribute("href");
  const id = held?.id;
  old.replaceChildren(...fresh.childNodes);
  if (!held) return;
  const again = id ? document.getElementById(id) : address ? old.querySelector<HTMLElement>(`a[href="${CSS.escape(address)}"]`) : undefined;
  again?.focus({ preventScroll: true });
}

let waiting = false;
let last = 0;

/** Refetches this page once for all its live parts, at most once a second, and not while nobody looks. */
async function refresh(): Promise<void> {
  if (waiting) return;
  waiting = true;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, last + GAP - Date.now())));
  if (document.hidden && !document.querySelector("live-part[always]")) {
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  }
  last = Date.now();
  waiting = false;
  const fresh = await fetchPage(location.href);
  if (!fresh) return;
  for (const part of document.querySelectorAll("live-part")) {
    const name = part.getAttribute("part") ?? "";
    const twin = fresh.querySelector(`live-part[part="${CSS.escape(name)}"]`);
    // Nobody's typing is taken away: a part with a changed field waits for the next news.
    if (!twin || twin.innerHTML === part.innerHTML || part.querySelector("input:focus, textarea:focus")) continue;
    swap(part, twin);
    part.dispatchEvent(new CustomEvent("live-part-changed", { bubbles: true }));
  }
}

class LivePart extends HTMLElement {
  connectedCallback(): void {
    const address = this.getAttribute("src");
    if (!address || sources.has(address)) return;
    const source = new EventSource(address);
    sources.set(address, source);
    // The first event tells the version of now: a page that knows its own (version="…") refetches only when it is older.
    let version = this.getAttribute("version");
    source.addEventListener("changed", (event: MessageEvent<string>) => {
      if (version !== event.data) void refresh();
      version = event.data;
    });
    // Too many lines are open elsewhere, or the server said no: look again from time to time.
    setInterval(() => {
      if (source.readyState === EventSource.CLOSED) void refresh();
    }, POLL);
  }
}

customElements.define("live-part", LivePart);
