"""The page's style sheet: light and dark, narrow and wide, screen and paper."""

from __future__ import annotations

CSS = """
:root {
  color-scheme: light dark;
  --page: #f4f5f7; --sheet: #ffffff; --text: #1b2430; --muted: #566170; --rule: #dde1e7;
  --accent: #1f4e9c; --adds: #b8322b; --takes: #2b5fc0; --edge: #3a4453;
  --notice: #fff3cd; --notice-text: #5c4300; --notice-rule: #e0b93b;
  --refuse: #a3161d; --warn: #875200; --fixed: #1f5f8b;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151b; --sheet: #1a2029; --text: #e6eaf0; --muted: #a0abba; --rule: #313a47;
    --accent: #8db4f5; --adds: #f0857c; --takes: #7fa9f2; --edge: #d5dbe4;
    --notice: #3a2f0c; --notice-text: #ffe08a; --notice-rule: #8a6d1a;
    --refuse: #ff9a94; --warn: #f5bd5c; --fixed: #86c5ee;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  overflow-wrap: anywhere; }
header.page, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
.definitions { position: absolute; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }

.brand { margin: 2rem 0 0; font-weight: 600; letter-spacing: .02em; color: var(--accent); }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 0 0 .75rem; font-size: 1.25rem; }
h3 { margin: 0; font-size: 1.125rem; }
h4 { margin: 1.25rem 0 .25rem; font-size: .95rem; }
.identity { display: flex; flex-wrap: wrap; gap: .35rem 2rem; margin: .6rem 0 0; }
.identity dt { color: var(--muted); font-size: .8rem; }
.identity dd { margin: 0; font-weight: 600; font-size: 1.05rem; }
.about { max-width: 46rem; margin: .6rem 0 1rem; color: var(--muted); }
.notice { margin: 0 0 1.5rem; padding: .75rem 1rem; border-radius: 8px; font-weight: 600;
  background: var(--notice); color: var(--notice-text); border: 1px solid var(--notice-rule); }
section { margin: 0 0 2.5rem; }
a { color: var(--accent); }
small { display: block; line-height: 1.25; color: var(--muted); font-size: .8rem; font-weight: 400; }
.note { color: var(--muted); font-size: .85rem; margin: .6rem 0 0; }
.note + .card, .note + .wide { margin-top: .75rem; }
.metrics tbody th::first-letter, .terms tbody th::first-letter, .terms tfoot th::first-letter {
  text-transform: uppercase; }
.words { color: var(--muted); font-weight: 400; }

.tiles { display: grid; gap: .75rem; margin: 0 0 1rem;
  grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); }
.tiles div, .card, .plot, .wide {
  background: var(--sheet); border: 1px solid var(--rule); border-radius: 10px; }
.tiles div { padding: .7rem 1rem; }
.tiles dt { color: var(--muted); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.5rem; font-weight: 600; line-height: 1.25; }
.tiles .words { display: block; font-size: .9rem; font-weight: 400; line-height: 1.35; }

table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; }
thead th { color: var(--muted); font-size: .85rem; }
.wide { overflow-x: auto; }
.wide table { overflow-wrap: break-word; }
.metrics th, .metrics td { padding: .5rem .9rem; vertical-align: top; border-top: 1px solid var(--rule); }
.metrics thead th { border-top: 0; white-space: nowrap; }
.metrics tbody th { white-space: nowrap; }
.metrics.graded tbody th { white-space: normal; }
.graded td:first-child { white-space: nowrap; color: var(--muted); }
.graded .group th { font-weight: 600; background: var(--page); }
.narrow td { white-space: nowrap; }
.metrics .words { font-size: .85rem; min-width: 9rem; }
small > bdi { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2;
  overflow: hidden; overflow-wrap: anywhere; }
.metrics td small { min-width: 5.5rem; }

.plot { border-collapse: separate; border-spacing: 0; padding: .75rem 1rem .25rem; table-layout: fixed; }
.plot th, .plot td { padding: 0; }
.plot thead th { vertical-align: bottom; padding-bottom: .2rem; }
.plot th:first-child { width: 27%; padding-right: .75rem; }
.plot th.figure { width: 5rem; }
.plot tbody + tbody th, .plot tbody + tbody td { border-top: 1px solid var(--rule); }
.plot tbody th { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.plot .track, .plot thead .track { padding: 0; }
.dense tbody { font-size: .82rem; line-height: 20px; }
.plot svg { display: block; overflow: visible; }
.plot text { font-size: .78rem; fill: var(--muted); }
.plot .unscored { color: var(--muted); font-size: .85rem; padding: .3rem 0 .3rem .25rem; }
.figure { text-align: right; white-space: nowrap; padding-left: .75rem !important; }
.cutoff { stroke: var(--edge); stroke-width: 1; stroke-dasharray: 2 2; }
.stem { stroke: var(--muted); stroke-width: 1.5; stroke-opacity: .6; }
.dot { stroke: var(--edge); stroke-width: 1.5; }
.box { fill: var(--takes); fill-opacity: .35; stroke: var(--edge); stroke-width: 1; }
.median { stroke: var(--edge); stroke-width: 2.5; }
.edge { overflow: visible; }
.plot .beyond { font-weight: 600; fill: var(--text); stroke: var(--sheet); stroke-width: 4px;
  paint-order: stroke; }
.whisker line { stroke-linecap: round; }
.whisker .casing { stroke: var(--sheet); stroke-width: 4.5; stroke-opacity: .85; }
.whisker .core { stroke: var(--text); stroke-width: 1.75; }

.key { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; margin: 0 0 .75rem; font-size: .85rem;
  color: var(--muted); align-items: center; }
.line { display: inline-block; width: 1.6rem; height: 0; margin-right: .45rem; vertical-align: middle;
  border-top: 3px solid; }
.lesion-line { border-image: linear-gradient(90deg, #3158c4, #c8c4bd, #b3202b) 1; }
.ring-line { border-top: 2px dashed #c79a00; }
.neighbor-line { border-top: 1px solid var(--muted); }
.switch { margin-left: auto; color: var(--text); }
section:has(#outlines:not(:checked)) .overlay { visibility: hidden; }

.card { margin: 0 0 1rem; padding: 1rem 1.25rem 1.25rem; scroll-margin-top: 1rem; }
.card > header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem;
  margin-bottom: .75rem; }
.swatch { display: inline-block; width: .85em; height: .85em; margin-right: .5em; border-radius: 3px;
  border: 1px solid var(--edge); vertical-align: -.05em; }
.identifier { color: var(--muted); font-size: .85rem; }
.columns { display: grid; gap: 1.5rem; grid-template-columns: 23rem minmax(0, 1fr); align-items: start; }
.views { display: grid; gap: .6rem; grid-template-columns: 1fr 1fr; }
.views .axial { grid-column: 1 / -1; }
figure { margin: 0; }
figure > svg { display: block; width: 100%; aspect-ratio: 1; border-radius: 6px; background: #000; }
.scene figure + figure { margin-top: 1rem; }
.scene img { display: block; width: 100%; height: auto; border-radius: 6px; }
figure > p { margin: 0; padding: 3rem 1rem; text-align: center; color: var(--muted);
  border: 1px dashed var(--rule); border-radius: 6px; }
figcaption { margin-top: .35rem; color: var(--muted); font-size: .8rem; }
.pictures { display: grid; gap: 1rem; margin: 1rem 0;
  grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); }
.overlay path { fill: none; stroke-linejoin: round; vector-effect: non-scaling-stroke; }
.outline.lesion { stroke-width: 2; }
.casing.lesion { stroke-width: 3.5; stroke-opacity: .55; }
.outline.neighbor { stroke-width: 1.25; }
.casing.neighbor { stroke-width: 2; stroke-opacity: .4; }
.ring { stroke: #ffd23f; stroke-width: 1.25; stroke-dasharray: 4 3; }
.marks text { fill: var(--mark, #fff); stroke: var(--mark-edge, #000); stroke-opacity: .6;
  stroke-width: .6px; paint-order: stroke; font-weight: 600; }
.scale-bar { fill: none; stroke: var(--mark, #fff); stroke-width: 2; vector-effect: non-scaling-stroke; }
.inverted { --mark: #000; --mark-edge: #fff; }
.inverted > svg { background: #fff; border: 1px solid var(--rule); }
.gradient { display: inline-block; width: 8rem; height: .8rem; border-radius: 3px; }

.score { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; margin: 0; }
.value { font-size: 1.9rem; line-height: 1.1; font-variant-numeric: tabular-nums; }
.refused .value { font-size: 1.25rem; color: var(--refuse); }
.chip { margin-left: auto; padding: .05rem .55rem; border-radius: 1rem; font-size: .78rem; font-weight: 600;
  border: 1px solid var(--rule); }
.chip.demonstration {
  background: var(--notice); color: var(--notice-text); border-color: var(--notice-rule); }
.strip { display: block; margin: .35rem 0 .25rem; overflow: visible; }
.stability { margin: .25rem 0 0; color: var(--muted); font-size: .88rem; }
.wide + .wide { margin-top: .75rem; }
.suggestion { margin: .25rem 0 0; font-style: italic; }
.suggestion::first-letter { text-transform: uppercase; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .75rem 0 0; }
.facts dt { color: var(--muted); font-size: .8rem; }
.facts dd { margin: 0; font-weight: 500; }
.findings { list-style: none; margin: 1rem 0 0; padding: 0; }
.findings li { margin: .4rem 0 0; padding: .1rem 0 .1rem .75rem; border-left: 4px solid; }
.icon { width: 1em; height: 1em; margin-right: .35em; vertical-align: -.12em; }
.sign { fill: none; stroke: var(--sheet); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.findings .refuse .icon { color: var(--refuse); }
.findings .warn .icon { color: var(--warn); }
.findings .fixed .icon { color: var(--fixed); }
.findings code { color: var(--muted); font-size: .8rem; }
.findings .refuse { border-color: var(--refuse); } .findings .refuse strong { color: var(--refuse); }
.findings .warn { border-color: var(--warn); } .findings .warn strong { color: var(--warn); }
.findings .fixed { border-color: var(--fixed); } .findings .fixed strong { color: var(--fixed); }

.terms { font-size: .88rem; }
.terms th, .terms td { padding: .22rem 0; vertical-align: middle; border-top: 1px solid var(--rule); }
.terms thead th { border-top: 0; font-size: .8rem; }
.terms .track { width: 26%; padding-left: .75rem; }
.terms svg { display: block; }
.terms .adds { fill: var(--adds); } .terms .takes { fill: var(--takes); }
.zero { stroke: var(--muted); stroke-width: 1; }
.terms tfoot th { color: var(--muted); }
.terms .total th, .terms .total td {
  color: var(--text); font-weight: 600; border-top: 2px solid var(--muted); }
.flag { display: block; color: var(--warn); font-size: .8rem; }
details { margin-top: .5rem; font-size: .88rem; }
summary { cursor: pointer; color: var(--accent); }

.origin { font-size: .85rem; }
.origin th, .origin td { padding: .25rem .9rem; vertical-align: top; border-top: 1px solid var(--rule); }
.origin tbody:first-of-type tr:first-child > * { border-top: 0; }
.origin th { width: 16rem; color: var(--muted); font-weight: 400; }
.origin td { overflow-wrap: anywhere; }
.origin .group th { color: var(--text); font-weight: 600; padding-top: .9rem; }
.origin .group th::first-letter { text-transform: uppercase; }
footer { padding-bottom: 2.5rem; color: var(--muted); font-size: .85rem; }
footer p { margin: .25rem 0; }

@media (max-width: 52rem) {
  h1 { font-size: 1.6rem; }
  .columns { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  figure { max-width: 26rem; }
  .switch { margin-left: 0; }
}
@media (max-width: 32rem) {
  header.page, main, footer { padding: 0 .75rem; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .card { padding: .8rem .9rem 1rem; }
  .plot { padding-left: .6rem; padding-right: .6rem; }
  .terms .track { width: 24%; }
  .spare { display: none; }
  .plot th:first-child { width: 34%; padding-right: .5rem; }
  .plot th.figure { width: 3.4rem; }
  .plot tbody th, .plot .figure { font-size: .9rem; }
  .chip { margin-left: 0; }
  .origin th { width: 9rem; }
}
@page { margin: 13mm 12mm; }
@media print {
  :root { color-scheme: light;
    --page: #fff; --sheet: #fff; --text: #000; --muted: #444; --rule: #bbb; --accent: #000; --adds: #b8322b;
    --takes: #2b5fc0; --edge: #333; --notice: #fff; --notice-text: #000; --notice-rule: #000;
    --refuse: #a3161d; --warn: #6b4100; --fixed: #1f5f8b; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  html { font-size: 11px; }
  body { font-size: 1rem; line-height: 1.35; orphans: 3; widows: 3; }
  header.page, main, footer { max-width: none; padding: 0; }
  .brand { margin-top: 0; }
  .notice { margin-bottom: 1rem; }
  section { margin-bottom: 1.5rem; }
  .tiles { grid-template-columns: repeat(5, 1fr); }
  .scene { display: grid; grid-template-columns: 1fr 1fr; gap: .5cm; align-items: start; }
  .scene figure:only-child { grid-column: 1 / -1; }
  .scene figure + figure { margin-top: 0; }
  .scene img { max-height: 5.3cm; object-fit: contain; object-position: left top; }
  .columns { grid-template-columns: 5.7cm minmax(0, 1fr); gap: .5cm; }
  .views { gap: .2cm; }
  .card { margin-bottom: .5cm; padding: .25cm .35cm .3cm; }
  .card > header { margin-bottom: .2cm; }
  .facts { gap: .2rem 1.5rem; margin-top: .5rem; }
  .terms th, .terms td { padding: .08rem 0; }
  .terms .track { width: 17%; }
  .metrics th, .metrics td { padding: .2rem .6rem; }
  .tiles div { padding: .4rem .7rem; }
  h4 { margin-top: .6rem; }
  .card, .tiles div, .plot tr, .terms tr, .graded tr, .origin tbody, figure, .together, .key, .note, .notice {
    break-inside: avoid; }
  h1, h2, h3, h4, .key, .key + .note, .card > header { break-after: avoid; }
  section > h2 + * { break-before: avoid; }
  thead { display: table-header-group; }
  .switch, details { display: none; }
  .wide { overflow: visible; border-width: 1px 0 0; border-radius: 0; }
  .origin th, .origin td { padding: .1rem .6rem; }
  .origin .group th { padding-top: .35rem; }
  a { text-decoration: none; }
}
"""
