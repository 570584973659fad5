using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

/// <summary>
/// Every plan that a request admits, by plain enumeration, with all that it costs: several devices, variants, sums of blocks, ratios, queues, links as they are now. Costs are added up
/// from a list of what each node computes and what crosses each link. Shares no code with the planner, and takes no care to be fast.
/// </summary>
internal static class WideOracle
{
    public sealed record Result(Plan Plan, double Ms, long Bytes, long BytesTotal, double Loss, double Period, double? Joules, double? Price)
    {
        public double LossSum { get; init; }

        public double Score(Objective o) => (o.PerMillisecond * Ms) + (o.PerKilobyte * Bytes / 1000) + (o.PerPeriod * Period) + (o.PerLoss * LossSum)
            + (o.PerJoule > 0 ? o.PerJoule * Joules!.Value : 0) + (o.PerPrice > 0 ? o.PerPrice * Price!.Value : 0);

        public double[] In(ParetoAxes axes) =>
        [
            .. axes.HasFlag(ParetoAxes.Latency) ? [Ms] : Array.Empty<double>(),
            .. axes.HasFlag(ParetoAxes.Bytes) ? [Bytes] : Array.Empty<double>(),
            .. axes.HasFlag(ParetoAxes.Loss) ? [Loss] : Array.Empty<double>(),
            .. axes.HasFlag(ParetoAxes.Energy) ? [Joules!.Value] : Array.Empty<double>(),
            .. axes.HasFlag(ParetoAxes.Price) ? [Price!.Value] : Array.Empty<double>(),
            .. axes.HasFlag(ParetoAxes.Period) ? [Period] : Array.Empty<double>(),
        ];
    }

    public static List<Result> All(PlanningRequest request)
    {
        PlanVariant[] variants = request.Variants.IsEmpty ? [new(request.Index, 0)] : [.. request.Variants];
        return [.. variants.SelectMany(v => Plans(v.Index.Profile, request.Device)
            .Where(p => Within(p, request.Space))
            .Select(p => Cost(p, v, request)).OfType<Result>()
            .Where(r => PlanOracle.Satisfies(new(r.Plan, r.Ms, r.Bytes, r.BytesTotal, r.Loss), v.Index.Profile, request.Constraints, request.Terms)))];
    }

    /// <summary>Whether a is at least as good as b, but for the last bits of sums in another order.</summary>
    public static bool IsAsGood(double[] a, double[] b) => a.Zip(b).All(p => p.First <= p.Second + 1e-6);

    /// <summary>Whether a beats b, and not only in last bits.</summary>
    public static bool Beats(double[] a, double[] b) =>
        a.Zip(b).All(p => p.First == p.Second || p.First < p.Second - 1e-6) && a.Zip(b).Any(p => p.First != p.Second);

    private static IEnumerable<Plan> Plans(Profile profile, string? only)
    {
        bool several = profile.Nodes.Count(n => n.Tier == Tier.Device) > 1;
        foreach (NodeProfile device in profile.Nodes.Where(n => n.Tier == Tier.Device && (only is null || n.Name == only)))
        {
            foreach (NodeProfile first in profile.Nodes.Where(n => n.Tier != Tier.Device || n == device))
            {
                foreach (InputEncoding input in first == device ? [InputEncoding.Local] : profile.Inputs.Select(i => i.Encoding))
                {
                    foreach (List<PlacedSegment> segments in From(profile, first, -1))
                        yield return new(profile.Model, input, [.. segments]) { Device = several ? device.Name : null };
                }
            }
        }
    }

    private static IEnumerable<List<PlacedSegment>> From(Profile profile, NodeProfile node, int cut)
    {
        string? from = cut < 0 ? null : profile.Cuts[cut].Id;
        yield return [new(node.Name, node.Tier, from, null, null)];
        for (int to = cut + 1; to < profile.Cuts.Length; to++)
        {
            foreach (CodecProfile codec in profile.Cuts[to].Codecs)
            {
                foreach (NodeProfile next in profile.Nodes.Where(n => n.Tier > node.Tier))
                {
                    foreach (List<PlacedSegment> rest in From(profile, next, to))
                        yield return [new(node.Name, node.Tier, from, profile.Cuts[to].Id, codec.Codec), .. rest];
                }
            }
        }
    }

    private static bool Within(Plan plan, SearchSpace space) =>
        plan.Segments.Length - 1 >= space.MinCuts && plan.Segments.Length - 1 <= space.MaxCuts
        && plan.Segments.All(s => space.Tiers?.Contains(s.Tier) != false && space.Nodes?.Contains(s.Node) != false)
        && plan.Cuts.All(c => space.Cuts?.Contains(c) != false)
        && plan.Segments.All(s => s.Codec is null || space.Codecs?.Contains(s.Codec.Value) != false)
        && (plan.Input.Kind == InputKind.Local || space.Inputs?.Contains(plan.Input) != false);

    private static Result? Cost(Plan plan, PlanVariant variant, PlanningRequest request)
    {
        Profile profile = variant.Index.Profile;
        bool paper = request.Terms == CostTerms.ComputingAndTransfer;
        NodeProfile Node(string name) => profile.Nodes.Single(n => n.Name == name);
        NodeProfile device = plan.Device is not null ? Node(plan.Device) : profile.Nodes.Single(n => n.Tier == Tier.Device);
        NodeProfile first = Node(plan.Segments[0].Node);
        List<(NodeProfile Node, double? Ms)> work = [];
        List<(string From, string To, long Bytes, double Loss)> crossings = [];
        if (first == device)
        {
            if (!paper) work.Add((device, device.Inputs.FirstOrDefault(i => i.Encoding.Kind == InputKind.Local)?.Decode.Value));
        }
        else
        {
            InputProfile input = profile.Inputs.Single(i => i.Encoding == plan.Input);
            if (!paper) work.Add((device, device.Inputs.FirstOrDefault(i => i.Encoding == plan.Input)?.Encode.Value));
            if (!paper) work.Add((first, first.Inputs.FirstOrDefault(i => i.Encoding == plan.Input)?.Decode.Value));
            crossings.Add((device.Name, first.Name, input.Bytes.Value, Loss(request, input.AccuracyLoss, input.Accuracy, !input.Encoding.IsLossy)));
        }

        for (int i = 0; i < plan.Segments.Length; i++)
        {
            PlacedSegment s = plan.Segments[i];
            NodeProfile node = Node(s.Node);
            work.Add((node, Segment(profile, node, s.From, s.To, request.Segments)));
            if (s.To is null) break;
            NodeProfile next = Node(plan.Segments[i + 1].Node);
            CodecProfile codec = profile.Cuts.Single(c => c.Id == s.To).Codecs.Single(k => k.Codec == s.Codec);
            if (!paper) work.Add((node, node.Codecs.FirstOrDefault(c => c.Cut == s.To && c.Codec == s.Codec)?.Encode.Value));
            if (!paper) work.Add((next, next.Codecs.FirstOrDefault(c => c.Cut == s.To && c.Codec == s.Codec)?.Decode.Value));
            crossings.Add((node.Name, next.Name, codec.Bytes.Value, Loss(request, codec.AccuracyLoss, codec.Accuracy, codec.Codec == Core.Codec.CodecSpec.Raw)));
        }

        if (work.Any(w => w.Ms is null)) return null;
        List<(NodeProfile Node, double Ms)> done = [.. work.Select(w => (w.Node, w.Ms!.Value * (request.Ratios.FirstOrDefault(r => r.Node == w.Node.Name)?.Compute ?? 1)))];
        double ms = done.Sum(w => w.Ms);
        double? joules = done.Sum(w => w.Ms / 1000 * w.Node.Power?.Busy);
        double? price = done.Sum(w => w.Ms / 3_600_000 * w.Node.PricePerHour);
        if (done.Any(w => w.Node.Power is null)) joules = null;
        if (done.Any(w => w.Node.PricePerHour is null)) price = null;
        double period = done.GroupBy(w => w.Node.Name).Max(g => g.Sum(w => w.Ms));
        foreach ((string from, string to, long bytes, _) in crossings)
        {
            if (Link(from, to) is not { } link) return null;
            double there = bytes * 8 / link.Bandwidth.Value * 1000;
            ms += there;
            period = Math.Max(period, there);
            joules += bytes * link.JoulesPerByte;
            price += bytes * link.PricePerGigabyte / 1e9;
            if (paper) continue;
            ms += link.RoundTrip.Value;
            if (Link(to, from) is not { } back) continue;
            double answer = profile.OutputBytes * 8 / back.Bandwidth.Value * 1000;
            ms += answer;
            period = Math.Max(period, answer);
            if (profile.OutputBytes == 0) continue;
            joules += profile.OutputBytes * back.JoulesPerByte;
            price += profile.OutputBytes * back.PricePerGigabyte / 1e9;
        }

        if (!paper)
        {
            foreach (PlacedSegment s in plan.Segments)
                ms += Node(s.Node).Overhead.Value + (request.Queues.TryGetValue(s.Node, out Isthmus.Core.Quantities.Milliseconds wait) ? wait.Value : 0);
        }

        double computing = done.Where(w => w.Node == device).Sum(w => w.Ms);
        joules += (ms - computing) / 1000 * device.Power?.Idle;
        double loss = variant.Loss + crossings.Sum(c => c.Loss);
        long left = crossings.Where(c => c.From == device.Name).Sum(c => c.Bytes);
        return new(plan, ms, left, crossings.Sum(c => c.Bytes), Math.Min(1, loss), period, joules, price) { LossSum = loss };

        LinkProfile? Link(string from, string to)
        {
            LinkProfile? known = profile.Links.FirstOrDefault(l => l.From == from && l.To == to);
            LinkProfile? now = request.Links.LastOrDefault(l => l.From == from && l.To == to);
            return now is null ? known : now with { JoulesPerByte = now.JoulesPerByte ?? known?.JoulesPerByte, PricePerGigabyte = now.PricePerGigabyte ?? known?.PricePerGigabyte };
        }
    }

    private static double Loss(PlanningRequest request, double smoothed, MeasuredAccuracy? accuracy, bool isExact) =>
        request.Loss != LossEstimate.UpperEnd || accuracy is null || (isExact && accuracy.Agreement == 1) || accuracy.High < smoothed ? smoothed : accuracy.High;

    private static double? Segment(Profile profile, NodeProfile node, string? from, string? to, SegmentTimes times)
    {
        if (Measured(from, to) is { } whole) return whole;
        if (times != SegmentTimes.Blocks) return null;
        string?[] places = [null, .. profile.Cuts.Select(c => c.Id)];
        int start = Array.IndexOf(places, from);
        int end = to is null ? places.Length : Array.IndexOf(places, to, 1);
        double sum = 0;
        for (int p = start; p < end; p++)
        {
            if (Measured(places[p], p + 1 == places.Length ? null : places[p + 1]) is not { } block) return null;
            sum += block;
        }

        return sum;

        double? Measured(string? a, string? b) => node.Segments.FirstOrDefault(s => s.From == a && s.To == b)?.Timing.P50.Value;
    }
}
