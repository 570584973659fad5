using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Dag;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Profiling;

/// <summary>
/// Measures cuts that a profile lacks, as a whole: their heads on the device, their tails on the nodes, what codecs make of their tensors and what that does to answers. What
/// a minimum cut has proposed is thereby a cut like any other, which can be planned with and carried out.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="analysis">Its tensors.</param>
/// <param name="tiers">The nodes; those that the profile does not know, or that do not answer, are left out.</param>
/// <param name="profile">What was measured before.</param>
/// <param name="options">Samples, codecs, repeats, slow-down; null for the defaults.</param>
public sealed class CutProfiler(Network network, ModelAnalysis analysis, Tiers tiers, Profile profile, ProfilerOptions? options = null)
{
    private readonly ProfilerOptions _options = options ?? ProfilerOptions.Default;

    /// <summary>The cut at these tensors, by the name that the profile has for it, or a new one: m00, m01 and so on.</summary>
    public static string? Find(Profile profile, IEnumerable<string> tensors)
    {
        ArgumentNullException.ThrowIfNull(profile);
        HashSet<string> wanted = [.. tensors];
        return profile.Cuts.FirstOrDefault(c => wanted.SetEquals(c.Tensors.Select(t => t.Name)))?.Id;
    }

    /// <summary>A plan that carries a proposal out.</summary>
    /// <exception cref="IsthmusException">The profile lacks one of its cuts.</exception>
    public static Plan PlanOf(Profile profile, DagProposal proposal)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(proposal);
        string[] cuts = [.. proposal.Cuts.Select(c => Find(profile, c) ?? throw new IsthmusException(ErrorKind.Planning, $"The cut at {string.Join(", ", c)} was not measured."))];
        return new(profile.Model, proposal.Input,
        [
            .. proposal.Segments.Select((s, i) => new PlacedSegment(
                s.Node, profile.Nodes.Single(n => n.Name == s.Node).Tier, i == 0 ? null : cuts[i - 1], i < cuts.Length ? cuts[i] : null, i < cuts.Length ? proposal.Codec : null)),
        ]);
    }

    /// <summary>Measures the cuts of proposals.</summary>
    /// <param name="proposals">The proposals.</param>
    /// <param name="images">Picture files; samples are spread evenly over them.</param>
    /// <param name="progress">Told what is measured.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The profile with these cuts, in order of how many nodes are before them.</returns>
    /// <exception cref="IsthmusException">Tensors of a proposal are no cut, no file is a picture, or a node refuses to measure.</exception>
    public async Task<Profile> MeasureAsync(
        IReadOnlyList<DagProposal> proposals, IReadOnlyList<string> images, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(proposals);
        ArgumentNullException.ThrowIfNull(images);
        List<CutAnalysis> added = [];
        int number = 0;
        foreach (ImmutableArray<string> tensors in proposals.SelectMany(p => p.Cuts))
        {
            if (Find(profile, tensors) is not null || added.Any(c => tensors.ToHashSet().SetEquals(c.TensorNames))) continue;
            while (profile.Cuts.Any(c => c.Id == $"m{number:00}")) number++;
            added.Add(Analyse($"m{number++:00}", tensors));
        }

        (string From, string To)[] middles =
        [
            .. proposals.Select(p => p.Cuts.ToArray()).Where(c => c.Length == 2)
                .Select(c => (IdOf(c[0]), IdOf(c[1]))).Distinct(),
        ];
        StepProgress steps = new(progress);
        Profile grown = profile;
        if (added.Count > 0)
        {
            using DeviceMeasurement device = await Task.Run(() => new DeviceMeasurement(network, analysis, _options), cancellationToken);
            await Task.Run(() => device.TakeSamplesAsync(images, steps, cancellationToken), cancellationToken);
            byte[] small = network.Preprocessor.Encode(device.Samples[0].File, InputEncoding.Jpeg(90), device.Samples[0].Name);
            List<MeasuredCut> measured = [];
            foreach (CutAnalysis cut in added)
            {
                steps.Begin($"device: {cut.Id}, {cut.Bytes}");
                measured.Add(await Task.Run(() => device.Cut(cut, _options.Samples, _options.Repeats, calibrated: null, cancellationToken), cancellationToken));
            }

            Dictionary<string, int> depth = added.ToDictionary(c => c.Id, c => c.Cut.HeadNodes, StringComparer.Ordinal);
            foreach (CutProfile known in profile.Cuts) depth[known.Id] = Analyse(known.Id, [.. known.Tensors.Select(t => t.Name)]).Cut.HeadNodes;
            grown = grown with
            {
                // What is not nested bounds no block, so layers are left out.
                Cuts = [.. profile.Cuts.Concat(measured.Select(m => m.Profile)).OrderBy(c => depth[c.Id])],
                Nodes = [.. profile.Nodes.Select(n => n.Tier != Tier.Device ? n : n with
                {
                    Segments = [.. n.Segments, .. measured.Select(m => new SegmentTiming(null, m.Profile.Id, m.Head))],
                    Codecs = [.. n.Codecs, .. measured.SelectMany(m => m.Codecs)],
                })],
            };
            foreach (RemoteNode node in Nodes()) grown = await TailsAsync(grown, node, added, small, steps, cancellationToken);
        }

        return await MiddlesAsync(grown, middles, steps, cancellationToken);

        string IdOf(ImmutableArray<string> tensors) => Find(profile, tensors) ?? added.First(c => tensors.ToHashSet().SetEquals(c.TensorNames)).Id;
    }

    private IEnumerable<RemoteNode> Nodes() => tiers.Nodes.Where(n => !n.Breaker.IsOpen && profile.Nodes.Any(p => p.Name == n.Name));

    private async Task<Profile> TailsAsync(Profile grown, RemoteNode node, List<CutAnalysis> added, byte[] small, StepProgress steps, CancellationToken cancellationToken)
    {
        List<SegmentTiming> segments = [];
        List<CodecTiming> codecs = [];
        bool passesOn = profile.Nodes.Any(n => n.Tier > node.Tier);
        await node.Client.ShipModelAsync(network.Model.Hash, network.Model.File, network.ManifestJson, progress: null, cancellationToken);
        foreach (CutAnalysis cut in added)
        {
            steps.Begin($"{node.Name}: {cut.Id}");
            MeasureReply tail = await AskAsync(node, cut.TensorNames, null, withCodecs: !passesOn, small, cancellationToken);
            segments.Add(new(cut.Id, null, tail.Timing!));
            if (passesOn)
            {
                MeasureReply head = await AskAsync(node, null, cut.TensorNames, withCodecs: true, small, cancellationToken);
                segments.Add(new(null, cut.Id, head.Timing!));
                tail = head;
            }

            codecs.AddRange(tail.Codecs.Select(c => new CodecTiming(cut.Id, c.Codec, c.Encode, c.Decode)));
        }

        return With(grown, node.Name, n => n with { Segments = [.. n.Segments, .. segments], Codecs = [.. n.Codecs, .. codecs] });
    }

    private async Task<Profile> MiddlesAsync(Profile grown, (string From, string To)[] middles, StepProgress steps, CancellationToken cancellationToken)
    {
        foreach ((string from, string to) in middles)
        {
            foreach (RemoteNode node in Nodes().Where(n => profile.Nodes.Any(p => p.Tier > n.Tier)))
            {
                if (grown.Nodes.Single(n => n.Name == node.Name).Segments.Any(s => s.From == from && s.To == to)) continue;
                steps.Begin($"{node.Name}: {from} → {to}");
                MeasureReply reply = await AskAsync(node, NamesOf(grown, from), NamesOf(grown, to), withCodecs: false, image: null, cancellationToken);
                grown = With(grown, node.Name, n => n with { Segments = [.. n.Segments, new(from, to, reply.Timing!)] });
            }
        }

        return grown;
    }

    private Task<MeasureReply> AskAsync(
        RemoteNode node, IReadOnlyList<string>? from, IReadOnlyList<string>? to, bool withCodecs, byte[]? image, CancellationToken cancellationToken) =>
        node.Client.MeasureAsync(
            network.Model.Hash, new() { From = from, To = to, Codecs = withCodecs ? _options.Codecs : [], Warmup = 1, Repeats = _options.Repeats, Image = image }, cancellationToken);

    private CutAnalysis Analyse(string id, IReadOnlyCollection<string> tensors)
    {
        Cut cut = CutFinder.At(network.Model, tensors, analysis.Tensors) with { Id = id };
        ImmutableArray<TensorDescription> described = [.. cut.Tensors.Select(t => analysis.Tensors[t])];
        return new(cut, described, new(cut.Bytes), analysis.Macs > 0 ? (double)cut.HeadMacs / analysis.Macs : 0);
    }

    private static IReadOnlyList<string> NamesOf(Profile grown, string cut) => [.. grown.Cuts.Single(c => c.Id == cut).Tensors.Select(t => t.Name)];

    private static Profile With(Profile grown, string node, Func<NodeProfile, NodeProfile> change) =>
        grown with { Nodes = [.. grown.Nodes.Select(n => n.Name == node ? change(n) : n)] };
}
