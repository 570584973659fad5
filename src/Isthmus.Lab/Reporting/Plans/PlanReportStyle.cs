namespace Isthmus.Lab.Reporting.Plans;

/// <summary>The style of a plan's page, beside that of every page: colours for light and dark, bars and strips that fit a phone.</summary>
internal static class PlanReportStyle
{
    public const string Css = """
        :root{--device:#0b7285;--edge:#4656c4;--cloud:#7a3fb0;--rest:#b9c1cb;--send:#c2650a;--coding:#3f8f6b;--waiting:#7d8794;--computing:#4656c4;--l0:#1b7f4b;--l1:#7a8b00;--l2:#b07400;--l3:#c04a12;--l4:#a01f3a;
        --p0:#2f6fb7;--p1:#b8680e;--p2:#2e8b57;--p3:#8a4fb0;--p4:#b23a48;--p5:#4c7d86;--p6:#8b6d2c;--p7:#64707f}
        @media(prefers-color-scheme:dark){:root{--device:#3fb6c9;--edge:#8a97f5;--cloud:#bd8bea;--rest:#4b5562;--send:#f0a050;--coding:#6fc39b;--waiting:#8d98a6;--computing:#8a97f5;--l0:#4fc488;--l1:#bccb3f;--l2:#e8b04a;--l3:#f2814d;--l4:#f0667f;
        --p0:#5b9be0;--p1:#e39a4b;--p2:#5fc08c;--p3:#b98be0;--p4:#e57482;--p5:#7fb3bd;--p6:#c6a65c;--p7:#97a3b3}}
        .narrow{display:none}@media(max-width:700px){.wide{display:none}.narrow{display:block}body{padding:18px 14px 48px}h1{font-size:23px}.figures div{flex:1 1 40%;min-width:0;padding:8px 12px}.figures b{font-size:18px}}
        h1,h2,h3,p,td,th,dd,li,code{overflow-wrap:anywhere}td,th{overflow-wrap:normal}td.text{min-width:7em}code{white-space:nowrap}dd code{white-space:normal}
        svg .picture-title{font-weight:600}svg .small{font-size:11px}svg .halo{paint-order:stroke;stroke:var(--back);stroke-width:4px;stroke-linejoin:round}svg .soft{fill:var(--soft)}svg .send{fill:var(--send)}
        .bars{margin:8px 0 14px;display:grid;gap:5px}.bars .row{display:grid;grid-template-columns:minmax(120px,300px) 1fr 150px;gap:3px 10px;align-items:center;font-size:13.5px}.bars .name{text-align:right;line-height:1.25}.bars .best{font-weight:600}
        .bars .track{display:flex;height:17px;min-width:0;background:var(--card);border-radius:3px;overflow:hidden}.bars .track span{display:block;height:100%}.bars .cut{width:14px!important;flex:none;background:repeating-linear-gradient(115deg,var(--back) 0 3px,var(--soft) 3px 5px)}.bars .value{white-space:nowrap}.bars .reason{grid-column:2/4;font-size:13px;color:var(--soft);margin-bottom:6px}.bars .reason b{color:var(--ink);font-weight:500}
        .around .track{position:relative;display:block;background:linear-gradient(var(--soft),var(--soft)) 50%/1px 100% no-repeat,var(--card)}.around .track span{position:absolute;top:0}
        .strip{margin:4px 0 2px}.strip .scale{position:relative;height:34px;border-radius:4px;overflow:hidden;background:var(--card)}.strip .scale span{position:absolute;top:0;bottom:0;display:flex;align-items:center;justify-content:center;color:#fff;font-weight:700;font-size:13px;border-right:1px solid var(--back)}
        .strip .marks{position:relative;height:18px;font-size:11.5px;color:var(--soft)}.strip .marks span{position:absolute;transform:translateX(-50%);white-space:nowrap}.strip .marks span.first{transform:none}.strip .marks span.last{transform:translateX(-100%)}.strip .now{position:relative;height:20px;font-size:12px}.strip .now span{position:absolute;white-space:nowrap;transform:translateX(-50%)}.strip .now span.first{transform:none}.strip .now span.last{transform:translateX(-100%)}
        .key{display:inline-block;min-width:1.6em;text-align:center;border-radius:3px;color:#fff;font-weight:700;font-size:12px;padding:0 4px;margin-right:6px}
        @media(prefers-color-scheme:dark){.strip .scale span,.key{color:#0d1116}}
        @media(max-width:700px){.bars .row{grid-template-columns:1fr auto;gap:1px 10px}.bars .name{text-align:left}.bars .track{grid-column:1/3;grid-row:2}.bars .reason{grid-column:1/3;margin-bottom:10px}.strip .marks .odd{display:none}}
        ul.narrow{padding-left:1.2em;font-size:13.5px}ul.narrow li{margin:6px 0}details{margin:4px 0 12px}summary{cursor:pointer;color:var(--accent);padding:4px 0}dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 16px;font-size:13.5px}dt{color:var(--soft)}dd{margin:0}@media(max-width:700px){dl{grid-template-columns:1fr}dd{margin-bottom:6px}}
        """;
}
