/** Building elements: text is always text, so that nothing from an article or a ledger can become markup. */

type Child = Node | string | number | null | undefined | false;
type Attributes = Record<string, unknown>;

/** Return an element; attributes that begin with "on" are listeners, booleans are set or left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === "value") (element as unknown as HTMLInputElement).value = String(value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child as Node | string);
  }
  return element;
}

/** Put other children into an element. */
export function fill(element: Element, ...children: (Child | Child[])[]): void {
  element.replaceChildren(...(children.flat().filter((one) => one !== null && one !== undefined && one !== false) as (Node | string)[]));
}

/** Return the element with an id of the page. */
export function at(id: string): HTMLElement {
  return document.getElementById(id)!;
}

/** Return a CSS variable of the page as red, green, blue and, where given, alpha (0 to 255). */
export function colour(name: string, alpha = 255): [number, number, number, number] {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim().slice(1);
  const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
  const part = (n: number) => parseInt(full.slice(n, n + 2), 16);
  return [part(0), part(2), part(4), alpha];
}

/** Return a CSS variable of the page as text, for canvases. */
export function css(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
