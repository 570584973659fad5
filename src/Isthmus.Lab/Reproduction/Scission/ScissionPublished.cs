using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>
/// Isthmus' planner, restricted to Scission's cost, on the measurements that Scission's authors published: their printed answers, the number of configurations, and who wins
/// with which links and pictures.
/// </summary>
public sealed class ScissionPublished
{
    /// <summary>The file of measurements.</summary>
    public const string BenchmarksFile = "scission-benchmarks.json";

    /// <summary>The two tables of links: 3G-like, and wired.</summary>
    public const string MobileFile = "network_stats.csv";

    /// <summary>See <see cref="MobileFile"/>.</summary>
    public const string WiredFile = "network_stats_wired.csv";

    private static readonly ImmutableArray<double> Pictures = [0.10, 0.17, 0.30];

    private readonly string _folder;
    private readonly ScissionBenchmarks _benchmarks;

    /// <summary>Reads the measurements.</summary>
    /// <param name="folder">Where the three files are.</param>
    /// <exception cref="IsthmusException">One is not there, or not of its form.</exception>
    public ScissionPublished(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _folder = folder;
        if (!Directory.Exists(folder)) throw new IsthmusException(ErrorKind.File, $"'{folder}' does not exist: name the folder with {BenchmarksFile}, {MobileFile} and {WiredFile}.");
        _benchmarks = ScissionBenchmarks.Load(Path.Combine(folder, BenchmarksFile));
    }

    /// <summary>The question whose five answers the authors print.</summary>
    public ScissionQuery PrintedQuery => new(Path.Combine(_folder, BenchmarksFile), Path.Combine(_folder, MobileFile), "vgg19", "!-1", "10", "16");

    /// <summary>The five answers, as they are printed.</summary>
    public static ImmutableArray<string> Printed { get; } =
    [
        "9.0106s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(vm2Core) = 7 - 11, Cloud(6700k(GPU)) = 12 - 25",
        "9.0594s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(2500) = 7 - 11, Cloud(6700k(GPU)) = 12 - 25",
        "9.0721s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(vm2Core) = 7 - 11, Cloud(6700k(NoGPU)) = 12 - 25",
        "9.1209s - 2.4087MB - Device(raspi4) = 0 - 6, Edge(2500) = 7 - 11, Cloud(6700k(NoGPU)) = 12 - 25",
        "9.1511s - 3.2115MB - Device(raspi4) = 0 - 6, Edge(vm2Core) = 7 - 12, Cloud(6700k(GPU)) = 13 - 25",
    ];

    /// <summary>What this planner answers to the same question.</summary>
    public ImmutableArray<string> Answers()
    {
        PlanningRequest request = PrintedQuery.Request(_benchmarks, Links(MobileFile));
        return [.. Planner.Plan(request).Ranked.Select(r => ScissionRow.Of(r, request.Profile))];
    }

    /// <summary>How many plans VGG19 has with one device, edge and cloud, and with all machines.</summary>
    public (long OfOneTriple, long OfAll) Configurations()
    {
        PlanningRequest request = new ScissionQuery("", "", "vgg19").Request(_benchmarks, Links(MobileFile));
        string[] triple = [.. request.Profile.Nodes.GroupBy(n => n.Tier).Select(g => g.First().Name)];
        return (Planner.Count(request with { Space = request.Space with { Nodes = [.. triple] } }), Planner.Count(request));
    }

    /// <summary>Who wins, for all networks: both tables of links, and with the first one other sizes of the picture.</summary>
    public ImmutableArray<ScissionTable> Tables() =>
    [
        Table(MobileFile, 0.15),
        Table(WiredFile, 0.15),
        .. Pictures.Select(p => Table(MobileFile, p)),
    ];

    private ScissionTable Table(string file, double megabytes)
    {
        ImmutableArray<LinkProfile> links = Links(file);
        return new(
            file, megabytes,
            [.. _benchmarks.Models.Select(m => Winner(new("", "", m, Megabytes: megabytes), links))],
            [.. _benchmarks.Models.Select(m => Winner(new("", "", m, Device: $"0,!{_benchmarks.LastLayerOf(m)}", Megabytes: megabytes), links))]);
    }

    private ScissionWinner Winner(ScissionQuery query, ImmutableArray<LinkProfile> links)
    {
        PlanningRequest request = query.Request(_benchmarks, links);
        if (Planner.Best(request) is not { } best) return new(query.Model, "no plan", 0, "none");
        return new(
            query.Model, ScissionRow.Of(best, request.Profile), best.Latency.Value,
            best.Plan.IsSingleNode ? TierName.Of(best.Plan.Segments[0].Tier) : "split");
    }

    private ImmutableArray<LinkProfile> Links(string file) => ScissionLinks.Load(Path.Combine(_folder, file));
}
