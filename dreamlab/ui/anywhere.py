"""Pictures that are pasted, or dropped anywhere on the page: they go where uploads go.

The script hands their files to the page's own upload, in the sidebar, and opens the sidebar where
it is closed. All that holds for an upload holds for them.
"""

from dreamlab.ui.scripts import Script

#: Largest picture that the upload takes, in MB.
MOST_MB = 10

_SCRIPT = """(() => {
  const PLACE = '[class*="st-key-picture-upload"]', MOST = %(most)d;
  const EDITABLE = "input, textarea, select, [contenteditable]:not([contenteditable=false])";
  let sign = null, own = false, depth = 0, timer = 0, used = null;

  const show = (text, seconds) => {
    if (!sign) {
      sign = document.createElement("div");
      sign.setAttribute("role", "status");
      sign.id = "dl-drop";
      const words = document.createElement("span");
      Object.assign(sign.style, {
        position: "fixed", inset: "0", zIndex: "1000000", pointerEvents: "none",
        display: "none", padding: "1rem", boxSizing: "border-box" });
      Object.assign(words.style, {
        display: "grid", placeItems: "end center", height: "100%%", boxSizing: "border-box",
        borderRadius: ".6rem", padding: "0 0 2rem" });
      words.append(document.createElement("b"));
      Object.assign(words.firstChild.style, {
        background: "#0B63A5", color: "#fff", borderRadius: "2rem", maxWidth: "36rem",
        padding: ".55rem 1.1rem", font: "500 1rem/1.4 system-ui, sans-serif",
        boxShadow: "0 2px 14px #0005" });
      sign.append(words);
      document.body.append(sign);
    }
    clearTimeout(timer);
    sign.firstChild.style.border = seconds ? "none" : "3px dashed #0B63A5";
    sign.firstChild.firstChild.textContent = text;
    sign.style.display = "block";
    if (seconds) timer = setTimeout(hide, seconds * 1000);
  };
  const hide = () => { depth = 0; if (sign) sign.style.display = "none"; };

  const small = (files) => {
    const large = files.filter((file) => file.size > MOST * 1e6).map((file) => file.name);
    if (large.length)
      show(`${large.join(", ")}: over ${MOST} MB, and left out. Choose a smaller one.`, 10);
    return files.filter((file) => file.size <= MOST * 1e6);
  };
  const input = () => document.querySelector(`${PLACE} input[type=file]`);
  const opened = async () => {
    const seen = () => {
      const box = input()?.closest(PLACE)?.getBoundingClientRect();
      return box && box.width > 0 && box.right > 0 && box.left < innerWidth;
    };
    if (!seen()) document.querySelector('[data-testid="stExpandSidebarButton"]')?.click();
    // After each upload there is another control: what goes into the one before it is lost.
    const there = () => input() && input() !== used;
    for (let tries = 0; !there() && tries < 100; tries++)
      await new Promise((done) => setTimeout(done, 100));
    return input();
  };
  const hand = async (files) => {
    files = small(files);
    if (!files.length) return;
    const place = await opened();
    if (!place) return show("The page is not ready for a picture yet: try again.", 6);
    const held = new DataTransfer();
    for (const file of files) held.items.add(file);
    used = place;
    place.files = held.files;
    place.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const taken = (files) => { if (small(files).length) used = input(); };

  const of = (data) => [...(data?.items ?? [])].filter((item) => item.kind === "file");
  const carries = (event) => !own && [...(event.dataTransfer?.types ?? [])].includes("Files");
  const elsewhere = (event) => !event.target.closest?.('[data-testid="stFileUploaderDropzone"]');

  addEventListener("dragstart", () => { own = true; }, true);
  addEventListener("dragend", () => { own = false; }, true);
  addEventListener("dragenter", (event) => {
    if (!carries(event)) return;
    depth++;
    show("Drop pictures anywhere to dream on them");
  }, true);
  addEventListener("dragleave", (event) => {
    if (carries(event) && --depth <= 0) hide();
  }, true);
  addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    // Over an upload of something else it would say what is not so.
    const ours = elsewhere(event) || event.target.closest(PLACE);
    if (sign) sign.style.display = ours ? "block" : "none";
    if (!elsewhere(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  }, true);
  addEventListener("drop", (event) => {
    if (!carries(event)) return;
    hide();
    if (!elsewhere(event)) {
      if (event.target.closest(PLACE)) taken([...event.dataTransfer.files]);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const folders = of(event.dataTransfer).filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
    const files = of(event.dataTransfer)
      .filter((item) => !folders.includes(item))
      .map((item) => item.getAsFile())
      .filter(Boolean);
    if (folders.length) show("A folder was left out: drop the pictures that are in it.", 8);
    hand(files);
  }, true);
  addEventListener("change", (event) => {
    if (event.isTrusted && event.target === input()) taken([...event.target.files]);
  }, true);
  addEventListener("paste", (event) => {
    const data = event.clipboardData, types = [...(data?.types ?? [])];
    if (!types.includes("Files")) return;
    // What has text too belongs to the field that is being typed in.
    if (event.target.closest?.(EDITABLE) && types.some((type) => type.startsWith("text/"))) return;
    const files = of(data).map((item) => item.getAsFile()).filter(Boolean);
    if (!files.length) return;
    event.preventDefault();
    hand(files);
  }, true);
})();
"""

SCRIPT = Script("anywhere.js", _SCRIPT % {"most": MOST_MB})
