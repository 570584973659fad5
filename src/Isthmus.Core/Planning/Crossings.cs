namespace Isthmus.Core.Planning;

/// <summary>
/// All ways to cross one link: from the device to a node (entries), or from a node to one further out that finishes (exits). By place: of entries the
/// input and then the cuts, of exits the cuts. What the parts are made of stays; <see cref="Refresh"/> puts in what links, ratios and queues are now.
/// </summary>
internal sealed class Crossings
{
    private readonly PartSeed[] _seeds;
    private readonly int[] _start;
    private readonly double[] _segment;
    private readonly PlanPart[] _parts;
    private CrossingRates _rates;

    /// <summary>Lays the ways out.</summary>
    /// <param name="near">The node where the parts meet.</param>
    /// <param name="far">The node at the other end.</param>
    /// <param name="isExit">Whether they lead on from <paramref name="near"/>.</param>
    /// <param name="seeds">What each is made of, place by place.</param>
    /// <param name="start">By place, where its ways begin among all; and in the end, how many there are.</param>
    /// <param name="segment">By place, the milliseconds of the segment on <paramref name="far"/>, as profiled.</param>
    public Crossings(int near, int far, bool isExit, PartSeed[] seeds, int[] start, double[] segment)
    {
        Near = near;
        Far = far;
        IsExit = isExit;
        _segment = segment;
        _start = start;
        _seeds = seeds;
        _parts = new PlanPart[seeds.Length];
        int places = start.Length - 1;
        MinLinear = new double[places];
        MinMs = new double[places];
        MinNear = new double[places];
        MinFar = new double[places];
    }

    /// <summary>The node where the parts meet.</summary>
    public int Near { get; }

    /// <summary>The node at the other end.</summary>
    public int Far { get; }

    /// <summary>Whether the ways lead on from the node where the parts meet; else they lead to it.</summary>
    public bool IsExit { get; }

    /// <summary>By place, the least share of the objective, without the longest stage; infinite if there is no way.</summary>
    public double[] MinLinear { get; }

    /// <summary>By place, the least milliseconds.</summary>
    public double[] MinMs { get; }

    /// <summary>By place, the least work on the node where the parts meet.</summary>
    public double[] MinNear { get; }

    /// <summary>By place, the least of the longest stages.</summary>
    public double[] MinFar { get; }

    /// <summary>Whether there is any way at a place.</summary>
    public bool HasWays(int place) => _start[place] < _start[place + 1];

    /// <summary>The ways at a place; only to be asked where <see cref="MinLinear"/> is finite.</summary>
    public ReadOnlySpan<PlanPart> At(int place) => _parts.AsSpan(_start[place].._start[place + 1]);

    /// <summary>Puts in what links, ratios and queues are now.</summary>
    /// <param name="model">What they are.</param>
    /// <param name="filter">The constraints.</param>
    /// <param name="meter">Makes the parts.</param>
    /// <param name="force">Whether to do so even if the link is what it was.</param>
    /// <returns>Whether anything was done.</returns>
    public bool Refresh(CostModel model, PlanFilter filter, PartMeter meter, bool force)
    {
        CrossingRates rates = IsExit ? CrossingRates.Of(model, Near, Far) : CrossingRates.Of(model, Far, Near);
        if (!force && rates == _rates) return false;
        _rates = rates;
        // An entry waits on both of its nodes, or on the near one alone if the input crosses; an exit on its far one, for the near one has been waited on.
        double far = model.Queue(Far) + model.Overhead(Far);
        double near = model.Queue(Near) + model.Overhead(Near);
        for (int place = 0; place < MinLinear.Length; place++)
        {
            double linear = double.PositiveInfinity;
            double ms = double.PositiveInfinity;
            double work = double.PositiveInfinity;
            double stage = double.PositiveInfinity;
            bool input = !IsExit && place == 0;
            if (input || AllowsSegment(model, filter, place))
            {
                double waiting = IsExit ? far : input ? near : near + far;
                for (int i = _start[place]; i < _start[place + 1]; i++)
                {
                    PlanPart part = meter.PartOf(_seeds[i], Near, Far, rates, waiting, IsExit);
                    _parts[i] = part;
                    linear = Math.Min(linear, part.Linear);
                    ms = Math.Min(ms, part.Ms);
                    work = Math.Min(work, part.Near);
                    stage = Math.Min(stage, part.Far);
                }
            }

            MinLinear[place] = linear;
            MinMs[place] = ms;
            MinNear[place] = work;
            MinFar[place] = stage;
        }

        return true;
    }

    private bool AllowsSegment(CostModel model, PlanFilter filter, int place) => _start[place] < _start[place + 1] && (IsExit
        ? filter.AllowsSegment(Far, place, model.Index.End, _segment[place] * model.Ratio(Far))
        : filter.AllowsSegment(Far, -1, place - 1, _segment[place] * model.Ratio(Far)));
}
