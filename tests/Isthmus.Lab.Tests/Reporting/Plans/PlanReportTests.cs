using System.Text.RegularExpressions;
using System.Xml.Linq;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Profiling;
using Isthmus.Lab.Reporting.Plans;
using Isthmus.Tests.Shared;

namespace Isthmus.Lab.Tests.Reporting.Plans;

public sealed partial class PlanReportTests
{
    private static readonly Profile Example = ProfileFile.Load(Path.Combine(DevelopmentData.Repository, "samples", "planning", "example-profile.json"));

    [Fact]
    public void ToHtml_AnyPlan_IsWellFormedAndLoadsNothing()
    {
        foreach (PlanningRequest request in Requests())
        {
            string html = Page(request);
            // Well-formed as XML but for the doctype and three elements that need no end.
            string xml = html["<!doctype html>\n".Length..].Replace("<meta charset=\"utf-8\">", "", StringComparison.Ordinal)
                .Replace("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">", "", StringComparison.Ordinal);
            XElement root = XDocument.Parse(xml).Root!;
            Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object");
            Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
            Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
            Assert.DoesNotContain(root.Descendants().Attributes(), a => a.Name.LocalName is "href" or "src" || a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
            Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
            Assert.DoesNotContain("∞", html, StringComparison.Ordinal);
            // Every picture says in words what it shows.
            Assert.All(root.Descendants("svg"), s => Assert.True(s.Attribute("aria-label")!.Value.Length > 20));
            Assert.NotEmpty(root.Descendants("svg"));
        }
    }

    [Fact]
    public void ToHtml_HostileNames_AreText()
    {
        const string hostile = "</title><script>alert(1)</script>&\"'><img src=x onerror=y>";
        Profile profile = Example with
        {
            ModelName = hostile,
            Nodes = [.. Example.Nodes.Select(n => n with { Host = hostile, Runtime = hostile, Name = n.Name + hostile })],
            Links = [.. Example.Links.Select(l => l with { From = l.From + hostile, To = l.To + hostile })],
        };
        foreach (Constraints constraints in new[] { Constraints.None, new() { KeepInputOnDevice = true, ForbiddenNodes = ["edge" + hostile] } })
        {
            string html = Page(new(profile) { Constraints = constraints });
            Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", html, StringComparison.Ordinal);
            Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ToHtml_SplitPlan_ShowsWhatRunsWhereAndWhatCrosses()
    {
        PlanningRequest request = Private();
        string html = Page(request);
        string svg = html[html.IndexOf("<svg", StringComparison.Ordinal)..html.IndexOf("</svg>", StringComparison.Ordinal)];
        Assert.Contains("device runs from the input to c00; edge runs from c00 to the output", svg, StringComparison.Ordinal);
        Assert.Contains("54.2 kB as huffman:4, 25.7 ms on the way", svg, StringComparison.Ordinal);
        Assert.Contains(">18.0 ms<", svg, StringComparison.Ordinal);
        Assert.Contains(">33.8 ms<", svg, StringComparison.Ordinal);
        // One bar a block and node whose time is known; the device's last one takes nothing.
        Assert.Equal(3 * 6 - 1, Regex.Count(svg, "<title>"));
        Assert.Contains("edge, c00 to c01: 9.00 ms</title>", svg, StringComparison.Ordinal);
        Assert.Contains("device, c00 to c01: 41.4 ms, the difference of two measured segments</title>", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_BlockTimes_AreHigherTheLongerTheyTakeOnALogarithmicScale()
    {
        string html = Page(Private());
        string svg = html[html.IndexOf("<svg", StringComparison.Ordinal)..html.IndexOf("</svg>", StringComparison.Ordinal)];
        Dictionary<string, double> heights = Bar().Matches(svg).ToDictionary(m => m.Groups["what"].Value, m => double.Parse(m.Groups["height"].Value));
        // 9.00, 10.44 and 0.72 ms.
        double perFactor = (heights["edge, c00 to c01"] - heights["edge, c04 to output"]) / Math.Log(9 / 0.72);
        Assert.Equal(heights["edge, c00 to c01"] + (perFactor * Math.Log(10.44 / 9)), heights["edge, c01 to c02"], 0.05);
    }

    [Fact]
    public void ToHtml_WhatIsNotMeasured_IsCalledSo()
    {
        Profile profile = ProportionalProfile.With(Example with { Nodes = [.. Example.Nodes.Select(n => n.Tier == Tier.Device ? n with { Slowdown = 4 } : n)] }, "edge", new(new(3e11), 2));
        string html = System.Net.WebUtility.HtmlDecode(Page(new(profile) { Links = [new("device", "edge", new(8), new(2e7), false)] }));
        Assert.Contains("device is slowed down 4×", html, StringComparison.Ordinal);
        Assert.Contains("the times of edge are computed, not measured", html, StringComparison.Ordinal);
        Assert.Contains("as given, not measured", html, StringComparison.Ordinal);
        Assert.Contains("emulated: 4× slower", html, StringComparison.Ordinal);
        Assert.Contains(Example.Model.ToString(), html, StringComparison.Ordinal);
        Assert.Contains("2026-11-21 17:00 UTC, Isthmus 1.2.3", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_Bandwidths_ShowsTheRegionsThatWereFound()
    {
        PlanExplanation explanation = Explain(Private());
        string html = Page(Private());
        foreach (BandwidthRegions link in explanation.Bandwidths)
            Assert.All(link.Regions, r => Assert.Contains(ExplanationText.Range(link, r), html, StringComparison.Ordinal));
        Assert.Contains("▼ now 20 Mbit/s", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_SeveralNetworks_ShowsTheChosenOneAndNamesTheOthers()
    {
        string html = Page(Variants());
        Assert.Contains("<h1>Where to run small.onnx</h1>", html, StringComparison.Ordinal);
        Assert.Contains("the network example.onnx (invented numbers), in its best way", html, StringComparison.Ordinal);
        Assert.Contains($"<dt>not chosen</dt><dd>example.onnx (invented numbers), SHA-256 <code>{Example.Model}</code>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void ToHtml_ManyCutsAndNodes_StaysSmall()
    {
        Profile profile = Large(600, 12);
        string html = Page(new(profile));
        Assert.True(html.Length < 4_000_000, $"{html.Length} characters.");
        Assert.Contains("more nodes of the profile are not drawn", html, StringComparison.Ordinal);
    }

    private static PlanningRequest Private() => new(Example)
    {
        Constraints = new() { KeepInputOnDevice = true, MaxAccuracyLoss = 0.02 },
        Links = [new("device", "edge", new(8), new(2e7), true)],
    };

    private static IEnumerable<PlanningRequest> Requests()
    {
        yield return new(Example);
        yield return Private();
        yield return new(Example) { Objective = Objective.Traffic, Constraints = new() { ForbiddenTiers = [Tier.Device] } };
        yield return new(Example) { Objective = Objective.Weighted(1, 2), Constraints = new() { Tiers = [Tier.Device], MaxLatency = new(1e4), MaxBytes = new(1_000_000) } };
        yield return new(Example) { Space = new() { MinCuts = 2 }, Constraints = new() { MaxAccuracyLoss = 0.5 } };
        yield return new(WithRates(Example)) { Objective = Objective.Energy, ParetoAxes = ParetoAxes.Latency | ParetoAxes.Energy | ParetoAxes.Price };
        yield return new(Example) { Objective = Objective.Throughput, Segments = SegmentTimes.Blocks };
        yield return Variants();
        // The device alone: no link, no other node, no cut.
        yield return new(Example with { Nodes = [Example.Nodes[0] with { Segments = [.. Example.Nodes[0].Segments.Where(s => s.From is null && s.To is null)], Codecs = [] }], Links = [], Cuts = [] });
        yield return new(Example with { Links = [.. Example.Links.Select(l => l with { Bandwidth = Core.Quantities.BitsPerSecond.Unlimited })] });
    }

    private static PlanningRequest Variants()
    {
        ProfileIndex index = ProfileIndex.Of(Example);
        Profile small = Example with
        {
            Model = Core.Graphs.ModelHash.Of([1]),
            ModelName = "small.onnx",
            Nodes = [.. Example.Nodes.Select(n => n with { Segments = [.. n.Segments.Select(s => s with { Timing = new(s.Timing.P50 * 0.4, s.Timing.P95, 5) })] })],
        };
        return new(index) { Variants = [new(index, 0), new(ProfileIndex.Of(small), 0.01)] };
    }

    private static Profile WithRates(Profile profile) => profile with
    {
        Nodes = [.. profile.Nodes.Select(n => n with { Power = new(20, 2), PricePerHour = 0.1 })],
        Links = [.. profile.Links.Select(l => l with { JoulesPerByte = 1e-6, PricePerGigabyte = 0.05 })],
    };

    private static Profile Large(int cuts, int clouds)
    {
        NodeProfile device = Example.Nodes.First(n => n.Tier == Tier.Device), cloud = Example.Nodes.First(n => n.Tier == Tier.Cloud);
        string[] ids = [.. Enumerable.Range(0, cuts).Select(i => $"c{i:000}")];
        return Example with
        {
            Cuts = [.. ids.Select((id, i) => Example.Cuts[0] with { Id = id, MacShare = (i + 1.0) / (cuts + 1), Codecs = [new(CodecSpec.Raw, new(1000), 0, 1)] })],
            Nodes =
            [
                device with { Segments = [.. ids.Select((id, i) => Segment(null, id, i + 1)), Segment(null, null, cuts + 1)], Codecs = [.. ids.Select(id => new CodecTiming(id, CodecSpec.Raw, new(1), new(1)))] },
                .. Enumerable.Range(0, clouds).Select(k => cloud with
                {
                    Name = $"cloud{k}",
                    Segments = [.. ids.Select((id, i) => Segment(id, null, cuts - i)), Segment(null, null, cuts + 1)],
                    Codecs = [.. ids.Select(id => new CodecTiming(id, CodecSpec.Raw, new(1), new(1)))],
                }),
            ],
            Links = [.. Enumerable.Range(0, clouds).Select(k => new LinkProfile("device", $"cloud{k}", new(5), new(1e8 + k), true))],
        };

        static SegmentTiming Segment(string? from, string? to, double ms) => new(from, to, new(new(ms), new(ms), 3));
    }

    private static PlanExplanation Explain(PlanningRequest request) => PlanExplanation.Of(request, Planner.Plan(request), TestContext.Current.CancellationToken);

    private static string Page(PlanningRequest request) => PlanReport.ToHtml(request, Explain(request), new(2026, 11, 21, 17, 0, 0, TimeSpan.Zero), "1.2.3");

    [GeneratedRegex("""<rect x="[0-9.]+" y="[0-9.]+" width="[0-9.]+" height="(?<height>[0-9.]+)"[^>]*><title>(?<what>[^:]+):""")]
    private static partial Regex Bar();
}
