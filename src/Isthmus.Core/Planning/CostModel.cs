using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>
/// Predicts what a plan costs for one image, from a profile, the links as they are now, and what running has taught. There is one cost
/// model; the planner and the runtime both use it.
/// <para>
/// Everything is sequential: T = decode + head + encode + send + queue + unpack + middle + recode + forward + tail + return + overhead.
/// Sending n bytes over a link takes RTT/2 + 8n/B. The answer comes back through the nodes that it came through and takes RTT/2 + 8·output/B'
/// per link, where B' is the bandwidth of the link in the other direction; if that is not known, the answer's transfer counts nothing.
/// </para>
/// </summary>
public sealed class CostModel
{
    private readonly CostTerms _terms;
    private readonly bool _everything;
    private readonly double[] _ratio;
    private readonly double[] _queue;
    private readonly double[,] _halfRoundTrip;
    private readonly double[,] _msPerByte;
    private readonly double[,] _joulesPerByte;
    private readonly double[,] _pricePerByte;
    private readonly LossEstimate _loss;
    private readonly ProfileIndex _measured;

    /// <summary>Creates the model.</summary>
    /// <param name="index">The profile.</param>
    /// <param name="links">Links that differ from the profile's, or are new; default: none.</param>
    /// <param name="ratios">What running has taught about the nodes; default: nothing.</param>
    /// <param name="queues">Known waiting times by node; default: none.</param>
    /// <param name="terms">Which stages count; default: all of them.</param>
    /// <param name="loss">Which number of a setting counts as its loss; default: the smoothed one.</param>
    /// <param name="segments">Where the time of a segment may come from; default: from measurements of whole segments only.</param>
    /// <param name="variantLoss">What the network itself loses against the best variant, 0…1; added to the loss of every plan.</param>
    /// <exception cref="IsthmusException">A link, a ratio or a queue names an unknown node, or has a number out of range.</exception>
    public CostModel(
        ProfileIndex index,
        ImmutableArray<LinkProfile> links = default,
        ImmutableArray<MeasuredRatio> ratios = default,
        IReadOnlyDictionary<string, Milliseconds>? queues = null,
        CostTerms terms = CostTerms.Everything,
        LossEstimate loss = LossEstimate.Smoothed,
        SegmentTimes segments = SegmentTimes.Measured,
        double variantLoss = 0)
    {
        ArgumentNullException.ThrowIfNull(index);
        // What was measured, and what curves say beside it.
        _measured = index = index.WithFractions;
        Index = segments == SegmentTimes.Blocks ? index.Summed : index;
        VariantLoss = variantLoss;
        _terms = terms;
        _everything = terms == CostTerms.Everything;
        _loss = loss;
        int nodes = index.Profile.Nodes.Length;
        _ratio = new double[nodes];
        for (int i = 0; i < nodes; i++) _ratio[i] = index.Profile.Nodes[i].MeasuredRatio ?? 1;
        _queue = new double[nodes];
        _halfRoundTrip = new double[nodes, nodes];
        _msPerByte = new double[nodes, nodes];
        _joulesPerByte = new double[nodes, nodes];
        _pricePerByte = new double[nodes, nodes];
        for (int i = 0; i < nodes; i++)
        {
            for (int j = 0; j < nodes; j++) _halfRoundTrip[i, j] = _joulesPerByte[i, j] = _pricePerByte[i, j] = double.NaN;
        }

        foreach (LinkProfile link in index.Profile.Links) Set(link);
        foreach (LinkProfile link in links.IsDefault ? [] : links)
        {
            ProfileRules.Check(link);
            Set(link);
        }

        foreach (MeasuredRatio ratio in ratios.IsDefault ? [] : ratios)
        {
            _ratio[index.NodeAt(ratio.Node)] = ratio.Compute is > 0 and <= 1e6 ? ratio.Compute
                : throw new IsthmusException(ErrorKind.Planning, $"The ratio {ratio.Compute} of '{ratio.Node}' cannot be planned with: it must be above zero.");
        }

        foreach ((string node, Milliseconds wait) in queues ?? ImmutableDictionary<string, Milliseconds>.Empty)
        {
            _queue[index.NodeAt(node)] = wait.Value is >= 0 and <= ProfileRules.MaxMilliseconds ? wait.Value
                : throw new IsthmusException(ErrorKind.Planning, $"The queue of '{node}' cannot be planned with: it must be from 0 ms to an hour.");
        }
    }

    /// <summary>The profile.</summary>
    public ProfileIndex Index { get; }

    /// <summary>What the network itself loses against the best variant, 0…1.</summary>
    public double VariantLoss { get; }

    /// <summary>The model that a request asks for; if it has variants, of the one that is its <see cref="PlanningRequest.Index"/>.</summary>
    /// <exception cref="IsthmusException">A link, a ratio or a queue names an unknown node, or has a number out of range.</exception>
    public static CostModel Of(PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Of(request, request.Variant);
    }

    /// <summary>The models of all networks among which a request asks to choose.</summary>
    /// <exception cref="IsthmusException">As <see cref="Of(PlanningRequest)"/>.</exception>
    public static ImmutableArray<CostModel> AllOf(PlanningRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Variants.IsEmpty ? [Of(request)] : [.. request.Variants.Select(v => Of(request, v))];
    }

    /// <summary>Likewise, with some thousandths of pictures only: where all plans are looked at, or kept, fewer must do.</summary>
    internal static ImmutableArray<CostModel> AllOf(PlanningRequest request, IReadOnlyCollection<int> thousandths) =>
        [.. (request.Variants.IsEmpty ? [request.Variant] : request.Variants).Select(v => Of(request, v with { Index = v.Index.WithFractionsAt(thousandths) }))];

    private static CostModel Of(PlanningRequest request, PlanVariant variant) =>
        new(variant.Index, request.Links, request.Ratios, request.Queues, request.Terms, request.Loss, request.Segments, variant.Loss);

    /// <summary>What a plan costs.</summary>
    /// <exception cref="IsthmusException">The plan does not fit the profile, or needs something that was not measured; the message names it.</exception>
    public PlanCost Cost(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        PlanRules.Check(plan, Index);
        double decode = 0, head = 0, encode = 0, send = 0, queue = 0, unpack = 0, middle = 0, recode = 0, forward = 0, tail = 0, back = 0, overhead = 0;
        long fromDevice = 0, total = 0;

        int first = Index.NodeAt(plan.Segments[0].Node);
        int source = SourceOf(plan, first);
        StageMeter meter = new(this, source);
        if (first == source)
        {
            decode = Measured(DecodeLocal(source), () => $"the time from image file to input tensor on {Name(source)}");
            meter.Compute(source, decode);
        }
        else
        {
            int input = Index.InputAt(plan.Input) ?? throw Missing($"the input encoding {plan.Input}");
            fromDevice = total = Index.Profile.Inputs[input].Bytes.Value;
            encode = Measured(EncodeInput(source, input), () => $"the time to make {plan.Input} on {Name(source)}");
            send = Measured(Send(source, first, total), () => $"a link from {Name(source)} to {Name(first)}");
            back = Return(first, source);
            decode = Measured(DecodeInput(first, input), () => $"the time to decode {plan.Input} on {Name(first)}");
            meter.Compute(source, encode);
            meter.Cross(source, first, total);
            meter.Compute(first, decode);
        }

        int from = -1;
        for (int s = 0; s < plan.Segments.Length; s++)
        {
            PlacedSegment segment = plan.Segments[s];
            int node = Index.NodeAt(segment.Node);
            int to = segment.To is null ? Index.End : Index.CutAt(segment.To);
            double compute = Measured(Compute(node, from, to), () => $"the segment from {segment.From ?? "the input"} to {segment.To ?? "the output"} on {segment.Node}");
            meter.Compute(node, compute);
            if (node == source) head = compute;
            else if (segment.To is null) tail = compute;
            else middle = compute;
            queue += Queue(node);
            overhead += Overhead(node);

            if (segment.To is null) break;
            int next = Index.NodeAt(plan.Segments[s + 1].Node);
            int codec = Index.CodecAt(to, segment.Codec!.Value) ?? throw Missing($"the codec {segment.Codec} at {segment.To}");
            long bytes = Bytes(to, codec);
            double pack = Measured(Encode(node, to, codec), () => $"the time to encode {segment.To} as {segment.Codec} on {segment.Node}");
            double cross = Measured(Send(node, next, bytes), () => $"a link from {segment.Node} to {Name(next)}");
            if (node == source)
            {
                encode = pack;
                send = cross;
                fromDevice = bytes;
            }
            else
            {
                recode = pack;
                forward = cross;
            }

            total += bytes;
            double open = Measured(Decode(next, to, codec), () => $"the time to decode {segment.To} from {segment.Codec} on {Name(next)}");
            unpack += open;
            back += Return(next, node);
            meter.Compute(node, pack);
            meter.Cross(node, next, bytes);
            meter.Compute(next, open);
            from = to;
        }

        PlanCost cost = new(
            new(decode), new(head), new(encode), new(send), new(queue), new(unpack), new(middle), new(recode), new(forward), new(tail), new(back), new(overhead),
            new(fromDevice), new(total));
        return cost with { Period = new(meter.Longest), Energy = meter.Energy(cost.Total.Value), Price = meter.Price };
    }

    /// <summary>The bound on a plan's accuracy loss: the sum of the losses of its crossings, at most 1.</summary>
    /// <exception cref="IsthmusException">The plan does not fit the profile, or crosses in a way that was not measured.</exception>
    public double AccuracyLoss(Plan plan) => Math.Min(1, SumOfLosses(plan));

    // Objectives weigh what adds up.
    private double SumOfLosses(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        PlanRules.Check(plan, Index);
        double loss = plan.Input.Kind == InputKind.Local ? 0 : InputLoss(Index.InputAt(plan.Input) ?? throw Missing($"the input encoding {plan.Input}"));
        foreach (PlacedSegment segment in plan.Segments)
        {
            if (segment.To is null) continue;
            int cut = Index.CutAt(segment.To);
            loss += Loss(cut, Index.CodecAt(cut, segment.Codec!.Value) ?? throw Missing($"the codec {segment.Codec} at {segment.To}"));
        }

        return VariantLoss + loss;
    }

    /// <summary>A plan with its cost, its loss and its score.</summary>
    /// <exception cref="IsthmusException">As <see cref="Cost"/>.</exception>
    public RankedPlan Rank(Plan plan, Objective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        PlanCost cost = Cost(plan);
        double loss = SumOfLosses(plan);
        return new(plan, cost, Math.Min(1, loss), objective.Score(cost, loss))
        {
            IsSummed = SummedSegments(plan).Any(),
            Curve = plan.Input.Kind == InputKind.Local ? null : Index.EstimateOf(Index.InputAt(plan.Input)!.Value),
        };
    }

    /// <summary>The segments of a plan whose times are summed from blocks.</summary>
    internal IEnumerable<PlacedSegment> SummedSegments(Plan plan) => Index == _measured ? []
        : plan.Segments.Where(s => _measured.Compute(s.Node, s.From, s.To) is null);

    internal double DecodeLocal(int device) => _everything ? Index.DecodeLocal(device) * _ratio[device] : 0;

    internal double Ratio(int node) => _ratio[node];

    internal double Compute(int node, int from, int to) => Index.Compute(node, from, to) * _ratio[node];

    internal double Tail(int node, int from) => Index.Tail(node, from) * _ratio[node];

    internal double Encode(int node, int cut, int codec) => _everything ? Index.Encode(node, cut, codec) * _ratio[node] : 0;

    internal double Decode(int node, int cut, int codec) => _everything ? Index.Decode(node, cut, codec) * _ratio[node] : 0;

    internal double EncodeInput(int node, int input) => _everything ? Index.EncodeInput(node, input) * _ratio[node] : 0;

    internal double DecodeInput(int node, int input) => _everything ? Index.DecodeInput(node, input) * _ratio[node] : 0;

    internal long Bytes(int cut, int codec) => Index.Profile.Cuts[cut].Codecs[codec].Bytes.Value;

    internal double Loss(int cut, int codec)
    {
        CodecProfile setting = Index.Profile.Cuts[cut].Codecs[codec];
        return Loss(setting.AccuracyLoss, setting.Accuracy, setting.Codec.Kind == CodecKind.Raw);
    }

    internal double InputLoss(int input)
    {
        InputProfile setting = Index.Profile.Inputs[input];
        return Loss(setting.AccuracyLoss, setting.Accuracy, !setting.Encoding.IsLossy);
    }

    internal double Queue(int node) => _everything ? _queue[node] : 0;

    internal double Overhead(int node) => _everything ? Index.Profile.Nodes[node].Overhead.Value : 0;

    /// <summary>Whether all stages count, not only segments and transfers.</summary>
    internal bool CountsEverything => _everything;

    /// <summary>Milliseconds before the first byte of what is sent arrives; NaN if there is no link.</summary>
    internal double HalfTrip(int from, int to) => _halfRoundTrip[from, to];

    /// <summary>Milliseconds for each byte.</summary>
    internal double MsPerByte(int from, int to) => _msPerByte[from, to];

    /// <summary>What the node draws; null if the profile does not say.</summary>
    internal NodePower? Power(int node) => Index.Profile.Nodes[node].Power;

    /// <summary>Money for a millisecond of a node; NaN if the profile does not say.</summary>
    internal double PricePerMs(int node) => (Index.Profile.Nodes[node].PricePerHour ?? double.NaN) / 3.6e6;

    /// <summary>Joules to send a byte; NaN if that is not known.</summary>
    internal double JoulesPerByte(int from, int to) => _joulesPerByte[from, to];

    /// <summary>Money to send a byte; NaN if that is not known.</summary>
    internal double PricePerByte(int from, int to) => _pricePerByte[from, to];

    /// <summary>How long bytes occupy a link; NaN if there is none.</summary>
    internal double Transfer(int from, int to, long bytes) => HasLink(from, to) ? bytes * _msPerByte[from, to] : double.NaN;

    /// <summary>Bytes of the answer, if its way back counts and the link that it takes is known; else 0.</summary>
    internal long BytesBack(int from, int to) => _everything && HasLink(from, to) ? Index.Profile.OutputBytes : 0;

    internal bool HasLink(int from, int to) => !double.IsNaN(_halfRoundTrip[from, to]);

    /// <summary>Milliseconds to send; NaN if there is no link.</summary>
    internal double Send(int from, int to, long bytes) => _halfRoundTrip[from, to] + (bytes * _msPerByte[from, to]);

    /// <summary>Milliseconds of the answer's way back from a node to the one that asked it.</summary>
    internal double Return(int from, int to) => !_everything ? 0 :
        _halfRoundTrip[to, from] + (double.IsNaN(_halfRoundTrip[from, to]) ? 0 : Index.Profile.OutputBytes * _msPerByte[from, to]);

    private void Set(LinkProfile link)
    {
        int from = Index.NodeAt(link.From);
        int to = Index.NodeAt(link.To);
        // Before the first byte arrives: of one way half a round trip; Scission charges all of it.
        _halfRoundTrip[from, to] = _terms switch { CostTerms.Everything => link.RoundTrip.Value / 2, CostTerms.Scission => link.RoundTrip.Value, _ => 0 };
        _msPerByte[from, to] = 8e3 / link.Bandwidth.Value;
        // A link as it is now says nothing of what its bytes cost: that stays.
        if (link.JoulesPerByte is { } joules) _joulesPerByte[from, to] = joules;
        if (link.PricePerGigabyte is { } price) _pricePerByte[from, to] = price / 1e9;
    }

    // What changes no value by its nature, and changed no answer, loses nothing, however few images there were.
    private double Loss(double smoothed, MeasuredAccuracy? accuracy, bool isExact) =>
        _loss == LossEstimate.UpperEnd && accuracy is not null && !(isExact && accuracy.Agreement == 1) ? Math.Clamp(accuracy.High, smoothed, 1) : smoothed;

    // Where the image is.
    private int SourceOf(Plan plan, int first) => plan.Device is { } device ? Index.NodeAt(device)
        : plan.Segments[0].Tier == Tier.Device ? first
        : Index.Device;

    private string Name(int node) => Index.Profile.Nodes[node].Name;

    private double Measured(double ms, Func<string> what) => double.IsNaN(ms) ? throw Missing(what()) : ms;

    private IsthmusException Missing(string what) => new(
        ErrorKind.Planning, $"The profile of {Index.Profile.ModelName} does not contain {what}, and nothing is guessed: profile again with it, or choose another plan.");
}
