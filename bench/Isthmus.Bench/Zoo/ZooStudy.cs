using System.Diagnostics;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Bench.Zoo;

/// <summary>
/// `bench zoo`: profiles every network of a folder on this machine, block by block, and plans each over a set of links and compressions for a
/// slower device, a slower edge and a cloud like this machine: when does a split win? Slower tiers are this machine's times multiplied by a
/// stated factor, and links are assumed, so all of it is emulated.
/// </summary>
public static class ZooStudy
{
    /// <summary>What the user types after `bench`.</summary>
    public const string Name = "zoo";

    /// <summary>One sentence: what is studied.</summary>
    public const string Summary = "When does a split win? Every network of a folder (--models), profiled here and planned over links and compressions.";

    private const string Device = "device";
    private const string Edge = "edge";
    private const string Cloud = "cloud";

    /// <summary>Measures what is not measured yet, and plans.</summary>
    /// <param name="options">What.</param>
    /// <param name="progress">Told what is measured.</param>
    /// <param name="cancellationToken">Ends it; what was measured is kept.</param>
    /// <exception cref="IsthmusException">There is no network, or one of them cannot be run.</exception>
    public static async Task<ZooReport> RunAsync(ZooOptions options, IProgress<ProgressReport> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(progress);
        options.Validate();
        string[] files = [.. Directory.EnumerateFiles(options.Models, "*.onnx").Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new IsthmusException(ErrorKind.File, $"There is no .onnx file in {options.Models}: bench/zoo/make.py makes some.");
        string[] images = [.. LabelledImages.Load(options.Images, labels: null).Select(i => i.Path)];
        Directory.CreateDirectory(options.Profiles);
        List<ZooNetwork> networks = [];
        List<ZooAnswer> answers = [];
        long planning = 0;
        for (int i = 0; i < files.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = Path.GetFileNameWithoutExtension(files[i]);
            int done = i;
            IProgress<ProgressReport> part = new PartOfProgress(progress, name, done, files.Length);
            part.Report(new("reads the network", 0));
            Profile profile = await ProfileAsync(files[i], name, images, options, part, cancellationToken);
            networks.Add(ZooNetwork.Of(name, profile));
            long start = Stopwatch.GetTimestamp();
            answers.AddRange(Plan(name, profile, options));
            planning += Stopwatch.GetTimestamp() - start;
        }

        return new(options.DeviceSlowdown, options.EdgeSlowdown, [.. networks], [.. answers], planning * 1000.0 / Stopwatch.Frequency);
    }

    /// <summary>The fastest plans of one profiled network, for all links and compressions.</summary>
    /// <param name="name">The network's name.</param>
    /// <param name="profile">A profile of one node, with its blocks.</param>
    /// <param name="options">The tiers' speeds.</param>
    public static IEnumerable<ZooAnswer> Plan(string name, Profile profile, ZooOptions options)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(options);
        ProfileIndex index = ProfileIndex.Of(ThreeTiers(profile, ZooNetwork.Of(name, profile)));
        foreach (ZooLink link in ZooLink.All)
        {
            foreach (ZooCompression compression in ZooCompression.All)
            {
                foreach (bool stays in new[] { false, true })
                {
                    PlanningRequest request = new(index)
                    {
                        Links = link.Between(Device, Edge, Cloud),
                        Ratios = [new(Device, options.DeviceSlowdown), new(Edge, options.EdgeSlowdown)],
                        Space = new() { Codecs = compression.Codecs, Inputs = ZooCompression.Inputs },
                        Constraints = new() { KeepInputOnDevice = stays },
                        Segments = SegmentTimes.Blocks,
                        Top = 1,
                    };
                    // There is always one: the device alone.
                    RankedPlan best = Planner.Best(request)!;
                    RankedPlan whole = Planner.Best(request with { Space = request.Space with { MaxCuts = 0 } })!;
                    string where = best.Plan.IsSingleNode ? best.Plan.Segments[0].Node : "split";
                    yield return new(
                        name, link.Name, compression.Name, stays, best.Plan.Describe(), where, best.Latency.Value, whole.Plan.Describe(), whole.Latency.Value, best.Cost.BytesFromDevice.Value);
                }
            }
        }
    }

    /// <summary>
    /// A profile of one node as if a device, an edge and a cloud had been measured, all alike. Blocks that run alone take longer than as parts of a segment, in small
    /// networks several times as long; so that plans that split are not charged for what they do not do, the times of blocks are scaled until their sum is the whole.
    /// </summary>
    private static Profile ThreeTiers(Profile profile, ZooNetwork network)
    {
        double scale = network.WholeMs / network.BlocksMs;
        NodeProfile measured = profile.Nodes[0];
        NodeProfile here = measured with
        {
            Segments = [.. measured.Segments.Select(s => s is { From: null, To: null } ? s : s with { Timing = new(s.Timing.P50 * scale, s.Timing.P95 * scale, s.Timing.Count) })],
        };
        return profile with
        {
            Nodes = [here with { Name = Device }, here with { Name = Edge, Tier = Tier.Edge }, here with { Name = Cloud, Tier = Tier.Cloud }],
            Links = [],
        };
    }

    private static async Task<Profile> ProfileAsync(
        string file, string name, string[] images, ZooOptions options, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        Network network = Network.Load(file);
        string kept = Path.Combine(options.Profiles, $"{name}.profile.json");
        if (File.Exists(kept)) return ProfileFile.Load(kept, network.Model.Hash);
        ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, cancellationToken), cancellationToken);
        using Tiers none = await Tiers.ConnectAsync(new(Edge: null, Cloud: null), cancellationToken: cancellationToken);
        ProfilerOptions measured = ProfilerOptions.Default with
        {
            Samples = options.Samples,
            Codecs = ZooCompression.AllCodecs,
            Inputs = ZooCompression.Inputs,
            MaxCuts = options.MaxCuts,
            Blocks = BlockMeasurement.Only,
            Budget = TimeSpan.FromHours(1),
            Journal = kept + ".journal",
        };
        Profile profile = await new Profiler(network, analysis, none, measured).MeasureAsync(images, progress, cancellationToken);
        ProfileFile.Save(kept, profile);
        return profile;
    }

    private sealed class PartOfProgress(IProgress<ProgressReport> whole, string name, int done, int count) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) =>
            whole.Report(new($"{name} ({done + 1} of {count}): {value.Step}", (done + value.Fraction) / count));
    }
}
