using System.Collections.Immutable;
using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>
/// Finds how the best plan depends on the bandwidth B of a link. The score of a plan is a straight line over t = 1/B wherever times add up, and the
/// best score is the lower envelope of these lines: between two values of t with different best plans, the next value to look at is where their two lines
/// cross. If nothing is better there, that is the border, exactly; else both halves are looked at (Eisner and Severance, JACM 1976). Where scores are not
/// lines, because the slowest stage counts or a limit is on times, the border is found by halving. Plans that differ only in the part of the picture that crosses, of which there
/// is a curve, count as one: the part follows the bandwidth within a region.
/// </summary>
internal sealed class BandwidthSweep
{
    // Bits per second: the slowest and fastest that are looked at, besides unlimited; the profile's own is looked at in any case.
    private const double Slowest = 1e4;
    private const double Fastest = 1e10;
    private const int StepsPerDecade = 2;
    private const int MaxPlannings = 400;

    // Halving ends when a border is known this well, relative to the bandwidth.
    private const double Precision = 1e-6;

    // Between two parts of a picture another plan may be the best: it is looked for where the bandwidth differs by more than this share.
    private const double PartPrecision = 0.2;

    private readonly PlanningRequest _request;
    private readonly LinkProfile _link;
    private readonly ImmutableArray<LinkProfile> _others;
    private readonly CancellationToken _cancellationToken;
    private readonly PlanSession _session = new();
    private readonly HashSet<InputEncoding> _forms;
    private readonly List<(double T, Plan? Faster, Plan? Slower)> _borders = [];
    private int _plannings;
    private bool _complete = true;

    private BandwidthSweep(PlanningRequest request, LinkProfile link, CancellationToken cancellationToken)
    {
        _request = request;
        _link = link;
        _others = [.. request.Links.Where(l => l.From != link.From || l.To != link.To)];
        _cancellationToken = cancellationToken;
        _forms = [.. (request.Variants.IsEmpty ? [request.Variant] : request.Variants).SelectMany(v => FractionInputs.CurvesOf(v.Index.Profile)).Select(c => c.Reference)];
    }

    /// <summary>The links that a plan sends over, then the device's others.</summary>
    public static ImmutableArray<BandwidthRegions> All(PlanningRequest request, Plan plan, CancellationToken cancellationToken)
    {
        List<string> path = [.. plan.Segments.Select(s => s.Node)];
        string device = plan.Device ?? request.Profile.Nodes.First(n => n.Tier == Tier.Device).Name;
        if (plan.Input.Kind != InputKind.Local) path.Insert(0, device);
        List<(string From, string To)> used = [.. path.Zip(path.Skip(1))];
        Dictionary<(string From, string To), LinkProfile> links = [];
        foreach (LinkProfile link in request.Profile.Links.Concat(request.Links)) links[(link.From, link.To)] = link;
        return [.. used.Concat(links.Keys.Where(l => l.From == path[0])).Distinct().Where(links.ContainsKey).Take(PlanExplanation.MaxLinks)
            .Select(l => new BandwidthSweep(request, links[l], cancellationToken).Regions(used.Contains(l)))];
    }

    private BandwidthRegions Regions(bool isUsed)
    {
        List<double> rates = [_link.Bandwidth.Value];
        double slowest = Math.Min(Slowest, _link.Bandwidth.Value);
        for (int i = 0; slowest * Math.Pow(10, i / (double)StepsPerDecade) <= Fastest * 1.0001; i++) rates.Add(slowest * Math.Pow(10, i / (double)StepsPerDecade));
        double[] looked = [0, .. rates.Where(double.IsFinite).Select(r => 1 / r).Distinct().Order()];
        (double T, RankedPlan? Best)[] points = [.. looked.Select(t => (t, At(t)))];
        for (int i = 1; i < points.Length; i++) Refine(points[i - 1], points[i]);

        List<BandwidthRegion> regions = [];
        BitsPerSecond low = new(1 / looked[^1]);
        Plan? plan = points[^1].Best?.Plan;
        foreach ((double t, Plan? faster, _) in _borders.OrderByDescending(b => b.T))
        {
            // Only where nothing limits at all.
            if (t == 0) continue;
            BitsPerSecond border = new(1 / t);
            regions.Add(new(low, border, plan));
            (low, plan) = (border, faster);
        }

        regions.Add(new(low, BitsPerSecond.Unlimited, plan));
        Plan? now = points.MinBy(p => Math.Abs(p.T - (1 / _link.Bandwidth.Value))).Best?.Plan;
        // Borders that were found by halving are known to a millionth.
        BandwidthRegion[] there = [.. regions.Where(r => r.Low.Value <= _link.Bandwidth.Value * (1 + (2 * Precision)) && r.High.Value >= _link.Bandwidth.Value * (1 - (2 * Precision)))];
        return new(_link.From, _link.To, _link.Bandwidth, isUsed, [.. regions], _plannings, _complete) { Current = there.FirstOrDefault(r => IsSame(r.Plan, now)) ?? there[0] };
    }

    private void Refine((double T, RankedPlan? Best) a, (double T, RankedPlan? Best) b)
    {
        if (a.Best?.Plan == b.Best?.Plan) return;
        double t = (a.T + b.T) / 2;
        if (IsSame(a.Best?.Plan, b.Best?.Plan))
        {
            if (b.T - a.T <= PartPrecision * b.T || _plannings >= MaxPlannings) return;
            RankedPlan? between = At(t);
            Refine(a, (t, between));
            Refine((t, between), b);
            return;
        }

        bool crosses = a.Best is not null && b.Best is not null && Crossing(a.T, a.Best, b.T, b.Best, out t);
        bool near = b.T - a.T <= Precision * Math.Max(b.T, 1 / Fastest);
        // A plan that is as good as its neighbour at that one's end of the interval, and loses the tie there only, is the best in all of it.
        if (near || (crosses && (t == a.T || t == b.T)) || _plannings >= MaxPlannings)
        {
            _complete &= near || crosses;
            _borders.Add((t, a.Best?.Plan, b.Best?.Plan));
            return;
        }

        RankedPlan? best = At(t);
        if (crosses && best is not null && (best.Plan == a.Best!.Plan || best.Plan == b.Best!.Plan || best.Score >= ScoreAt(a.Best.Plan, t) - Rounding(best.Score)))
        {
            _borders.Add((t, a.Best.Plan, b.Best!.Plan));
            return;
        }

        Refine(a, (t, best));
        Refine((t, best), b);
    }

    private bool IsSame(Plan? a, Plan? b) => a == b
        || (a is not null && b is not null && a.Input.Whole == b.Input.Whole && _forms.Contains(a.Input.Whole) && a with { Input = b.Input } == b);

    // Where two plans are equally good, if the scores of both are lines between the places that are given; else the middle between these.
    private bool Crossing(double from, RankedPlan a, double to, RankedPlan b, out double t)
    {
        t = (from + to) / 2;
        double aTo = ScoreAt(a.Plan, to), bFrom = ScoreAt(b.Plan, from);
        double before = bFrom - a.Score, after = aTo - b.Score;
        if (before < -Rounding(bFrom) || after < -Rounding(aTo) || before + after <= 0) return false;
        if (!IsMiddle(ScoreAt(a.Plan, t), a.Score, aTo) || !IsMiddle(ScoreAt(b.Plan, t), bFrom, b.Score)) return false;
        t = Math.Clamp(from + ((to - from) * before / (before + after)), from, to);
        return true;
    }

    private static bool IsMiddle(double score, double low, double high) => Math.Abs(score - ((low + high) / 2)) <= Rounding(score);

    // Scores are sums; what is equal but for their last bits is equal.
    private static double Rounding(double score) => 1e-9 * Math.Max(1, Math.Abs(score));

    private RankedPlan? At(double t)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        _plannings++;
        return _session.Best(Asked(t));
    }

    private double ScoreAt(Plan plan, double t) => CostModel.Of(Asked(t).Choosing(plan.Model)).Rank(plan, _request.Objective).Score;

    private PlanningRequest Asked(double t) => _request with { Links = [.. _others, _link with { Bandwidth = t == 0 ? BitsPerSecond.Unlimited : new(1 / t) }] };
}
