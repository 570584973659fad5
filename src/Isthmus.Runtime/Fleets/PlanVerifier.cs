using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Fleets;

/// <summary>
/// Carries a plan out for real and compares it with its prediction: stage by stage, and node by node how many times as long as profiled it computes. That ratio
/// is kept with the profile, and the next plan counts it.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="tiers">The nodes, connected.</param>
/// <param name="options">Slow-down and threads of this machine, clock; null for the defaults.</param>
public sealed class PlanVerifier(Network network, Tiers tiers, PipelineOptions? options = null)
{
    private readonly PipelineOptions _options = options ?? PipelineOptions.Default;

    /// <summary>Verifies the best plan, learns, and verifies the one that is the best then, until it is one that was verified.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="images">Pictures, taken in turn.</param>
    /// <param name="requests">Requests of each plan, at least 3.</param>
    /// <param name="rounds">The most plans that are verified.</param>
    /// <param name="progress">Told what goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">No plan can be carried out from this machine.</exception>
    public async Task<ImmutableArray<PlanVerification>> VerifyBestAsync(
        Profile profile, IReadOnlyList<string> images, int requests, int rounds = 3, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ImmutableArray<PlanVerification>.Builder done = ImmutableArray.CreateBuilder<PlanVerification>();
        for (int round = 0; round < Math.Max(1, rounds); round++)
        {
            Plan best = Planner.Plan(Request(profile)).Winner.Plan;
            if (done.Any(d => d.Plan == best)) break;
            done.Add(await VerifyAsync(profile, best, images, requests, progress, cancellationToken));
            profile = done[^1].Profile;
        }

        return done.ToImmutable();
    }

    /// <summary>Verifies a plan.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="plan">The plan; it begins on this machine.</param>
    /// <param name="images">Pictures, taken in turn.</param>
    /// <param name="requests">Requests, at least 3.</param>
    /// <param name="progress">Told what goes on.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IsthmusException">The plan begins on another device, or no request went as planned.</exception>
    public async Task<PlanVerification> VerifyAsync(
        Profile profile, Plan plan, IReadOnlyList<string> images, int requests, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(images);
        if (requests < 3) throw new IsthmusException(ErrorKind.Usage, $"{requests} requests tell no median: give at least 3.");
        if (images.Count == 0) throw new IsthmusException(ErrorKind.File, "There is no picture to verify with: give a folder with --images.");
        string source = plan.Device ?? (plan.Segments[0].Tier == Tier.Device ? plan.Segments[0].Node : Tiers.Device);
        if (source != Tiers.Device || !tiers.HasDevice)
            throw new IsthmusException(ErrorKind.Planning, $"The plan begins on {source}, which is not this machine: verify it there, with a fleet in which that machine is 'device'.");
        plan = plan with { Device = null };
        PlanCost predicted = CostModel.Of(Request(profile)).Cost(plan);
        List<ImageAnswer> answers = [];
        int fallbacks = 0;
        await using Pipeline pipeline = new(network, profile.Cuts, tiers, _options);
        progress?.Report(new("gets ready", 0));
        await pipeline.ShipAsync(progress: null, cancellationToken);
        await pipeline.WarmAsync(plan, onNodes: true, cancellationToken);
        string reason = "";
        for (int i = -1; i < requests; i++)
        {
            progress?.Report(new($"{plan.Describe()}", Math.Max(0, (double)i / requests)));
            // As between two pictures of one user, and as when the profile was measured.
            await Task.Delay(MeasureRequest.Pause, _options.Clock, cancellationToken);
            ImageAnswer answer = await pipeline.RunAsync(plan, images[Math.Max(0, i) % images.Count], cancellationToken);
            // The first one loads libraries and compiles code.
            if (i < 0) continue;
            if (answer.Fallback is not null)
            {
                fallbacks++;
                reason = answer.Fallback;
            }
            else
            {
                answers.Add(answer);
            }
        }

        if (answers.Count < 3) throw new IsthmusException(ErrorKind.Node, $"{fallbacks} of {requests} requests did not go as planned, the last one because {reason}: see 'isthmus fleet check'.");
        ImmutableArray<NodeRatio> nodes = [.. plan.Segments.Select(s => Learn(profile, predicted, s, answers))];
        Profile learnt = profile with
        {
            Nodes = [.. profile.Nodes.Select(n => nodes.FirstOrDefault(r => r.Node == n.Name) is { } ratio ? n with { MeasuredRatio = ratio.Ratio } : n)],
        };
        return new(plan, learnt)
        {
            Requests = answers.Count,
            Fallbacks = fallbacks,
            Predicted = predicted.Total,
            Measured = Median(answers, t => t.Total),
            PredictedAfter = CostModel.Of(Request(learnt)).Cost(plan).Total,
            FromBlocks = plan.Segments.Any(s => ProfileIndex.Of(profile).Compute(s.Node, s.From, s.To) is null),
            Emulated = answers.Any(a => a.Emulated.Length > 0),
            Stages = Stages(predicted, answers),
            Nodes = nodes,
        };
    }

    // From this machine, and with sums of blocks where a segment was not measured as a whole.
    private static PlanningRequest Request(Profile profile) => new(LocalProfile.Of(profile))
    {
        Segments = SegmentTimes.Blocks,
        WithPareto = false,
        Top = 1,
    };

    private static NodeRatio Learn(Profile profile, PlanCost predicted, PlacedSegment segment, List<ImageAnswer> answers)
    {
        double before = profile.Nodes.First(n => n.Name == segment.Node).MeasuredRatio ?? 1;
        // The cost model's own number, so that sums of blocks are learnt from as they are planned with.
        Milliseconds planned = segment.Tier == Tier.Device ? predicted.Head : segment.To is null ? predicted.Tail : predicted.Middle;
        double profiled = planned.Value / before;
        double[] runs = [.. answers.SelectMany(a => a.Where).Where(p => p.Node == segment.Node).Select(p => p.Run.Value)];
        Milliseconds measured = Timing.Of(runs).P50;
        double ratio = profiled > 0 ? Math.Clamp(measured.Value / profiled, ProfileRules.MinRatio, ProfileRules.MaxRatio) : before;
        return new(segment.Node, $"{segment.From ?? "input"} → {segment.To ?? "output"}", new(profiled), measured, before, ratio);
    }

    private static ImmutableArray<StageCheck> Stages(PlanCost cost, List<ImageAnswer> answers) =>
    [
        new("decode", cost.Decode, Median(answers, t => t.Decode)),
        new("head", cost.Head, Median(answers, t => t.Head)),
        new("encode", cost.Encode + cost.Recode, Median(answers, t => t.Encode)),
        new("send", cost.Send + cost.Forward, Median(answers, t => t.Send)),
        new("queue", cost.Queue, Median(answers, t => t.Queue)),
        new("unpack", cost.Unpack, Median(answers, t => t.Unpack)),
        new("middle", cost.Middle, Median(answers, t => t.Middle)),
        new("tail", cost.Tail, Median(answers, t => t.Tail)),
        new("return", cost.Return, Median(answers, t => t.Return)),
        new("overhead", cost.Overhead, Median(answers, t => t.Overhead)),
    ];

    private static Milliseconds Median(List<ImageAnswer> answers, Func<StageTimes, Milliseconds> stage) => Timing.Of(answers.Select(a => stage(a.Times).Value)).P50;
}
