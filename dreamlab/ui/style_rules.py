"""The style rules that the theme cannot express."""

from dreamlab.report.colours import COLOURS

_BARS = "\n".join(
    f'[class*="st-key-edged{mark}-"] {{ --edge: {colour}; }}'
    for mark, colour in (*enumerate(COLOURS), ("x", "#8a8a86"))
)

#: Choices that have a single line.
_CHOICES = ":is(.st-key-source, .st-key-phone-source, .st-key-background)"

#: The buttons of the layer strip.
_TILES = '[class*="st-key-strip"] [role="toolbar"] > button'

#: All of them, for `st.html`.
RULES = f"""
<style>
.stMainBlockContainer {{ padding-top: 2.6rem; padding-bottom: 4rem; max-width: 1500px; }}
{_BARS}
[class*="st-key-edged"] {{ gap: 0.4rem; padding: 0.7rem; border-top: 3px solid var(--edge); }}
/* The variant that is edited, and its editor. */
[class*="st-key-edged"]:is([class*="-edited-"], [class*="-editor"]) {{
  box-shadow: 0 0 0 2px var(--edge); }}
[class*="st-key-edged"] img {{ border-radius: 0.3rem; }}
:is([class*="st-key-pair"], [class*="st-key-found-"]) [data-testid="stColumn"] {{
  min-width: 0; }}
[class*="st-key-pair-"] [data-testid="stColumn"] > * {{ gap: 0; }}
[data-testid="stSidebarHeader"] {{ height: 2.2rem; margin: 0; padding-bottom: 0; }}
{_CHOICES} button {{ padding-left: .45rem; padding-right: .45rem; }}
{_CHOICES} :is([role="radiogroup"], [role="group"]) {{ flex-wrap: nowrap; }}
[class*="st-key-dim-"] img {{ opacity: .35; }}
/* The button that opens a picture covers the picture; its label is in a corner. */
[class*="st-key-shown-"] {{ position: relative; }}
[class*="st-key-shown-"] [data-testid="stElementToolbar"] {{ display: none; }}
[class*="st-key-large-"] {{ position: absolute; inset: 0; width: 100% !important; }}
[class*="st-key-large-"] * {{ height: 100%; }}
[class*="st-key-large-"] button {{ width: 100%; padding: .5rem; cursor: zoom-in;
  align-items: flex-end; justify-content: flex-end; background: none !important; }}
[class*="st-key-large-"] button > * {{ width: auto; height: auto; padding: .25rem .6rem;
  border-radius: 1rem; background: #000b; color: #fff; }}
[class*="st-key-large-"] button > * * {{ height: auto; color: #fff; font-size: .8rem; }}
[class*="st-key-large-"] button:hover > * {{ background: #000; }}
/* The shelf: as many dreams in a row as have room, two on a phone. */
.st-key-shelf-wall, .st-key-shelf-wall-live {{
  display: grid; grid-template-columns: repeat(auto-fill, minmax(min(11rem, 45%), 1fr));
  gap: 1.4rem 1rem; align-items: start; }}
:is(.st-key-shelf-wall, .st-key-shelf-wall-live) > * {{ min-width: 0; width: auto; }}
[class*="st-key-shelved-"] {{ gap: .25rem; }}
[class*="st-key-shelved-"] .dl-note[id] {{ scroll-margin-top: 23rem; }}
[class*="st-key-shelved-"]:has(:target) {{ outline: 2px solid currentcolor; outline-offset: .4rem;
  border-radius: .3rem; }}
[data-testid="stLayoutWrapper"]:has(> .st-key-shelf-actions) {{ position: sticky; top: 3.4rem;
  z-index: 3; padding: .3rem 0; background: light-dark(#FAFAF8, #121213); }}
[class*="st-key-shown-shelf-"] {{ background: #8883; border-radius: .3rem; margin-bottom: .2rem; }}
[class*="st-key-shown-shelf-"] img {{ aspect-ratio: 3 / 2; object-fit: cover;
  border-radius: .3rem; }}
/* In a wall of pictures the label is for those who listen; the icon says the same. */
:is([class*="st-key-cells-"], [class*="st-key-shelved-"]) [class*="st-key-large-"]
  button [data-testid="stMarkdownContainer"] {{
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
/* The dark theme's accent suits text, but is too light behind white text. */
[data-testid="stBaseButton-primary"], [data-testid="stMultiSelectTagsContainer"] [data-tag] {{
  background: #0B63A5; border-color: #0B63A5; }}
[data-testid="stBaseButton-primary"]:hover {{ background: #084F85; border-color: #084F85; }}
/* Its darker shade, which the text of an open button would have, is too dark on black. */
[data-testid="stPopoverButton"][aria-expanded="true"] {{ color: inherit; }}
/* Facts stand behind the names in a list of choices, which is as wide as they need. */
[data-testid="stSelectboxVirtualDropdown"] {{ width: max-content !important;
  min-width: var(--trigger-width); max-width: min(34rem, calc(100vw - 2rem)); }}
.dl-text {{ font-size: .9rem; line-height: 1.5; margin: .2rem 0 0; max-width: 62ch; }}
.dl-said {{ font-size: 1.15rem; line-height: 1.45; font-weight: 560; margin: .3rem 0;
  max-width: 60rem; overflow-wrap: anywhere; }}
.dl-title {{ margin: 0; font-size: 1.05rem; line-height: 1.4; font-weight: 400; opacity: .85; }}
.dl-title b {{ font-size: 1.7rem; font-weight: 680; letter-spacing: -.02em; margin-right: .6rem; }}
.dl-name {{ margin: 0; font-size: 1rem; font-weight: 620; line-height: 1.3;
  overflow-wrap: anywhere; }}
.dl-name small {{ font-weight: 400; opacity: .75; font-size: .82rem; margin-left: .35rem; }}
.dl-layer {{ font-size: .85rem; line-height: 1.25; padding-top: .3rem; overflow-wrap: anywhere; }}
.dl-layer small {{ display: block; opacity: .75; font-size: .75rem; }}
.dl-note {{ font-size: .8rem; line-height: 1.4; opacity: .8; margin: 0;
  overflow-wrap: anywhere; }}
.dl-note a {{ color: inherit !important; text-decoration: underline; }}
.dl-note.bad {{ opacity: 1; font-weight: 600; }}
.dl-error {{ font-size: .95rem; line-height: 1.4; font-weight: 600; margin: 0;
  overflow-wrap: anywhere; }}
/* Tables of many columns need no scrolling, which a keyboard could not do. */
[data-testid="stTable"] :is(th, td) {{ padding: .3rem .25rem !important;
  font-size: .8rem !important; }}
/* A card that is narrow, as one of a row of five, has room for the icon alone. */
[class*="st-key-shown-"] {{ container-type: inline-size; }}
@container (max-width: 190px) {{
  [class*="st-key-large-"] button [data-testid="stMarkdownContainer"] {{ position: absolute;
    width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
}}
/* Controls stay in view below a long picture. */
.st-key-preview img {{ max-height: 45vh; object-fit: contain; }}
/* The keys stand in the button's help. */
.st-key-dream kbd {{ display: none; }}
.dl-variant {{ min-width: 0; }}
.dl-over {{ font-size: .75rem; line-height: 1.25rem; opacity: .8; margin: 0; }}
/* Tiles of the layers, in columns from early to late; the strip scrolls within itself. */
[class*="st-key-strip"] [role="toolbar"] {{ display: grid; grid-auto-flow: column;
  gap: .4rem; justify-content: start; overflow-x: auto;
  padding: .3rem .25rem .7rem; scroll-padding: 0 4rem; }}
.st-key-strip-plain [role="toolbar"] {{ grid-template-rows: repeat(3, auto); }}
{_TILES} {{ position: relative; overflow: visible; display: flex; flex-direction: column;
  align-items: stretch; justify-content: flex-start; width: 8rem; height: auto;
  max-width: none; padding: 0 0 .3rem; gap: 0; border-radius: .45rem; white-space: normal; }}
.st-key-strip [role="toolbar"] > button::before {{ content: ""; aspect-ratio: 3 / 2;
  background-size: cover; border-radius: .4rem .4rem 0 0; }}
{_TILES} > div {{ padding: .3rem .3rem 0; }}
{_TILES} > div::before {{ position: absolute; top: -1.3rem; left: 0; font-size: .75rem;
  line-height: 1.2rem; opacity: .8; white-space: nowrap; }}
{_TILES} :is(span, div, p) {{ display: block; min-width: 0; text-align: left;
  white-space: normal; }}
{_TILES} p {{ font-size: .78rem; line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }}
{_TILES} p span {{ font-size: .73rem !important; font-weight: 400; opacity: .85; }}
{_TILES}[aria-pressed="true"] {{ box-shadow: 0 0 0 2px #0B63A5;
  scroll-initial-target: nearest; }}
{_TILES}[aria-pressed="true"] p span {{ opacity: 1; }}
{_TILES}[aria-pressed="true"]::after {{ content: "✓" / ""; position: absolute; top: .3rem;
  right: .3rem; width: 1.25rem; font-size: .8rem; line-height: 1.25rem; text-align: center;
  border-radius: 50%; background: #0B63A5; color: #fff; }}
:is([data-testid="stLayoutWrapper"]:has(> .st-key-unseen), .st-key-unseen) {{
  position: absolute; }}
@media (min-width: 641px) {{
  .dl-phone, [class*="st-key-phone"],
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-phone"]) {{ display: none; }}
}}
/* Several pictures are small squares; what takes one back is a cross, its label for listeners. */
[class*="st-key-small-"] img {{ aspect-ratio: 1; object-fit: cover; }}
.st-key-pictures [data-testid="stColumn"] {{ min-width: 0; }}
:is([class*="st-key-remove"], .st-key-dropped-nothing) button
  [data-testid="stMarkdownContainer"] {{ position: absolute; width: 1px; height: 1px;
  overflow: hidden; clip-path: inset(50%); }}
[class*="st-key-of-"], .st-key-dropped-head {{ flex-wrap: nowrap !important;
  justify-content: space-between; }}
[class*="st-key-of-"] > :first-child {{ min-width: 0; }}
[class*="st-key-small-"] .dl-note {{ white-space: nowrap; overflow: hidden;
  text-overflow: ellipsis; }}
[class*="st-key-small-"] {{ position: relative; }}
[class*="st-key-small-"] [class*="st-key-remove"] {{ position: absolute; top: .15rem;
  right: .15rem; width: auto !important; }}
[class*="st-key-small-"] [class*="st-key-remove"] button {{ min-height: 0; padding: .1rem;
  border-radius: 1rem; background: #000b !important; color: #fff; }}
.st-key-dropped {{ padding: .7rem; }}
.st-key-dropped-head > :nth-child(2) {{ flex: 1 1 0; min-width: 0; }}
.st-key-dropped-answers {{ flex-wrap: nowrap !important; }}
.st-key-dropped-answers button {{ padding-left: .6rem; padding-right: .6rem; }}
@media (max-width: 640px) {{
  .stMainBlockContainer {{ padding: 3.8rem 1rem 3rem; }}
  .st-key-across-row, [class*="st-key-folded-"],
  [data-testid="stLayoutWrapper"]:has(> [class*="st-key-folded-"]) {{ display: none; }}
  /* The name of the page and of a variant stand in a line with their buttons. */
  :is(.st-key-title, .st-key-phone-picture, [class*="st-key-head-"]) {{ flex-wrap: nowrap; }}
  :is(.st-key-title, [class*="st-key-head-"]) > :first-child {{ flex: 1; min-width: 0; }}
  .dl-title {{ font-size: .85rem; }}
  .dl-title b {{ display: block; font-size: 1.5rem; }}
  [data-testid="stHorizontalBlock"]:has(> * [class*="st-key-head-"]) {{ gap: .4rem; }}
  [class*="variant"][class*="st-key-edged"] {{ padding: .15rem .7rem; border-top-width: 1px;
    border-left: 4px solid var(--edge); }}
  [class*="-edited-"] .dl-variant p {{ display: none !important; }}
  .dl-variant {{ display: flex; align-items: baseline; gap: .5rem; }}
  .dl-variant h2 {{ flex: none; max-width: 50%; overflow: hidden; text-overflow: ellipsis;
    white-space: nowrap; }}
  .dl-variant p {{ display: flex; gap: .5rem; min-width: 0; white-space: nowrap; }}
  .dl-variant span {{ overflow: hidden; text-overflow: ellipsis; }}
  .st-key-part [role="tablist"] {{ gap: .65rem; }}
  .st-key-part [role="tab"] p {{ font-size: .8rem; }}
}}
</style>
"""
