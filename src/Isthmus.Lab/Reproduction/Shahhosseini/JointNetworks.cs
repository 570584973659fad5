using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Lab.Demo;
using Isthmus.Lab.Reproduction.Zhao;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>Networks for photographs, each profiled on a device, an edge and a cloud with its cuts, codecs and forms of the input, and calibrated: what joint actions are made of.</summary>
/// <param name="Variants">The networks; what each loses against the best of them.</param>
/// <param name="Accuracy">The accuracy of the best of them from un-encoded photographs, 0…1.</param>
/// <param name="Labelled">Whether that is top-1 accuracy; if not, agreement with the network that computes most.</param>
internal sealed record JointNetworks(ImmutableArray<PlanVariant> Variants, double Accuracy, bool Labelled)
{
    /// <summary>How many times slower than this machine the edge is; emulated. The cloud is this machine.</summary>
    public const double EdgeSlowdown = 2;

    // Fewer labelled photographs say nothing of a top-1 accuracy.
    private const int EnoughLabels = 30;

    private static InputEncoding Jpeg { get; } = InputEncoding.Jpeg(75);

    /// <summary>Measures.</summary>
    public static async Task<JointNetworks> MeasureAsync(ReproductionOptions options, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        PartialProgress all = new(progress, 0, 1);
        string[] files = options.Models.IsEmpty
            ? [await Task.Run(() => EmbeddedModel.Ensure(options.DataFolder, new PartialProgress(all, 0, 0.05), cancellationToken), cancellationToken)]
            : [.. options.Models.SelectMany(ZhaoReproduction.Files)];
        ImmutableArray<LabelledImage> pictures = [.. (await Task.Run(() => ZhaoReproduction.Photographs(options, cancellationToken), cancellationToken)).Select(p => p.Image)];
        int most = Math.Min(pictures.Length, options.Limit ?? (options.Quick ? 10 : 100));
        pictures = [.. Enumerable.Range(0, most).Select(i => pictures[(int)((long)i * pictures.Length / most)])];
        bool labelled = pictures.Count(p => p.ClassIndex is not null) >= EnoughLabels;
        if (!labelled) pictures = [.. pictures.Select(p => p with { ClassIndex = null })];
        ImmutableArray<Network> networks = [.. files.Select(f => Network.Load(f, options.Manifest)).OrderBy(n => n.Model.File.Length)];

        await using NodeProcess edge = await NodeProcess.StartAsync("edge", Tier.Edge, ["--slowdown", $"{EdgeSlowdown}", "--data", Path.Combine(options.DataFolder, "nodes", "joint-edge")], cancellationToken);
        await using NodeProcess cloud = await NodeProcess.StartAsync("cloud", Tier.Cloud, ["--data", Path.Combine(options.DataFolder, "nodes", "joint-cloud")], cancellationToken);
        await using DemoLinks links = new(edge, cloud);
        using Tiers tiers = await Tiers.ConnectAsync(links.Addresses, profile: null, new() { Clock = options.Clock }, breaker: null, cancellationToken);
        List<Profile> profiles = [];
        for (int i = 0; i < networks.Length; i++)
        {
            PartialProgress part = new(all, 0.1 + (0.9 * i / networks.Length), 0.1 + (0.9 * (i + 1) / networks.Length));
            profiles.Add(await ProfileAsync(networks[i], options, tiers, links.Addresses, pictures, part, cancellationToken));
        }

        if (!labelled)
        {
            // Without labels there is nothing to say which of several networks is right: only the one that computes most is taken.
            Profile largest = profiles.MaxBy(p => p.Macs ?? 0)!;
            return new([new(ProfileIndex.Of(largest), 0)], 1, false);
        }

        double best = profiles.Max(p => p.Calibration!.Top1!.Value);
        return new([.. profiles.Select(p => new PlanVariant(ProfileIndex.Of(p), best - p.Calibration!.Top1!.Value)).OrderBy(v => v.Loss)], best, true);
    }

    /// <summary>The networks as a ladder of variants, sent as whole JPEGs; null if there is but one.</summary>
    /// <param name="contention">The contention of edge and cloud.</param>
    /// <param name="like">A world whose links are taken over.</param>
    public ShahhosseiniWorld? World(ImmutableArray<ContentionCurve> contention, ShahhosseiniWorld like)
    {
        if (Variants.Length < 2) return null;
        ImmutableArray<LadderVariant> ladder = [.. Variants.Select(v => new LadderVariant(
            v.Index.Profile.ModelName, Accuracy - v.Loss, On(v, Tier.Device, InputEncoding.Local), On(v, Tier.Edge, Jpeg), On(v, Tier.Cloud, Jpeg))).OrderByDescending(v => v.Accuracy)];
        Profile finest = Variants.MinBy(v => v.Loss)!.Index.Profile;
        return like with
        {
            Name = "photographs",
            Source = $"The networks that were named, profiled on this machine and two nodes; top-1 of {finest.Calibration?.SampleCount ?? 0} labelled photographs; contention and links as in the world that was measured live",
            Ladder = ladder,
            Bytes = finest.Inputs.First(i => i.Encoding == Jpeg).Bytes.Value,
            Contention = contention,
            Thresholds = ShahhosseiniWorld.ThresholdsLike(ladder),
            OverheadMs = finest.Nodes.First(n => n.Tier == Tier.Device).Inputs.First(i => i.Encoding == Jpeg).Encode.Value,
        };

        static double On(PlanVariant variant, Tier tier, InputEncoding input)
        {
            NodeProfile node = variant.Index.Profile.Nodes.First(n => n.Tier == tier);
            return variant.Index.Compute(node.Name, null, null)!.Value.Value + node.Inputs.First(i => i.Encoding == input).Decode.Value;
        }
    }

    private static async Task<Profile> ProfileAsync(
        Network network, ReproductionOptions options, Tiers tiers, TierAddresses addresses, ImmutableArray<LabelledImage> pictures, PartialProgress progress, CancellationToken cancellationToken)
    {
        ImmutableArray<CodecSpec> codecs = options.Codecs.IsEmpty ? [CodecSpec.Huffman(4), CodecSpec.Dense(12), CodecSpec.Dense(7)] : options.Codecs;
        ImmutableArray<double> fractions = options.Quick ? [0.1, 0.2, 0.4, 1] : [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1];
        RunSettings settings = new()
        {
            Network = network,
            Addresses = addresses,
            DataFolder = options.DataFolder,
            Slowdown = options.EdgeSlowdown,
            UseCachedProfile = false,
            Profiling = ProfilerOptions.Default with
            {
                Samples = 3,
                Codecs = codecs,
                Inputs = [InputEncoding.File, Jpeg, Jpeg.First(0.2), InputEncoding.Embedded, InputEncoding.Embedded.First(0.2)],
                MaxCuts = options.Quick ? 2 : 3,
                MiddleCuts = 0,
                Blocks = BlockMeasurement.None,
                Budget = TimeSpan.FromSeconds(options.Quick ? 5 : 30),
                Repeats = 3,
            },
            Clock = options.Clock,
        };
        (Profile profile, _) = await RunSession.ProfileAsync(settings, tiers, [.. pictures.Select(i => i.Path)], new PartialProgress(progress, 0, 0.6), cancellationToken);
        ModelAnalysis analysis = await Task.Run(() => ModelAnalysis.Analyse(network.Model, progress: null, cancellationToken), cancellationToken);
        Calibrator calibrator = new(network, analysis, new()
        {
            Codecs = codecs,
            Cuts = [.. profile.Cuts.Select(c => c.Id)],
            Inputs = [InputEncoding.File],
            Curves = [CurveFamily.Parse($"{Jpeg}", fractions), CurveFamily.Parse($"{InputEncoding.Embedded}", fractions)],
            StopLoss = 1,
            Repeats = 1,
            Clock = options.Clock,
        });
        return CalibrationMerge.Into(profile, (await calibrator.CalibrateAsync(pictures, new PartialProgress(progress, 0.6, 1), cancellationToken)).Profile);
    }
}
