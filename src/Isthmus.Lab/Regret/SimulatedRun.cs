namespace Isthmus.Lab.Regret;

/// <summary>
/// Pictures that come at fixed times, answered by one policy over links under a trace: an event simulation with the rules of the pipeline. A node
/// that does not answer in time is raced by the device; failed nodes are excluded until they answer again.
/// </summary>
internal sealed class SimulatedRun
{
    private readonly SimulatedClock _clock;
    private readonly SimulatedTiers _tiers;
    private readonly Dictionary<string, TracedLink> _links;
    private readonly RegretOptions _options;
    private readonly long _outputBytes;
    private readonly PriorityQueue<Action, (double Time, long Order)> _events = new();
    private long _order;

    public SimulatedRun(SimulatedClock clock, SimulatedTiers tiers, Dictionary<string, TracedLink> links, long outputBytes, RegretOptions options)
    {
        _clock = clock;
        _tiers = tiers;
        _links = links;
        _outputBytes = outputBytes;
        _options = options;
    }

    /// <summary>Pictures that the device finished because a node was excluded or late.</summary>
    public int Fallbacks { get; private set; }

    /// <summary>Runs.</summary>
    /// <param name="arrivals">When pictures come, and the noise of each.</param>
    /// <param name="choose">Says the plan for a picture, when it comes.</param>
    /// <param name="watchesLinks">Whether unused links are measured.</param>
    /// <returns>Milliseconds from picture to answer.</returns>
    public double[] Run(IReadOnlyList<(double At, double Speed)> arrivals, Func<(PlanTimes Plan, double Patience)> choose, bool watchesLinks)
    {
        double[] latencies = new double[arrivals.Count];
        int open = arrivals.Count;
        for (int i = 0; i < arrivals.Count; i++)
        {
            int index = i;
            At(arrivals[i].At, () => Begin(choose, arrivals[index].At, arrivals[index].Speed, latency =>
            {
                latencies[index] = latency;
                open--;
            }));
        }

        Resume(_tiers.Monitor(watchesLinks).GetEnumerator());
        while (open > 0 && _events.TryDequeue(out Action? next, out (double Time, long Order) when))
        {
            _clock.MoveTo(Math.Max(_clock.Now, when.Time));
            next();
        }

        return latencies;
    }

    /// <summary>What a plan takes for a picture when nothing fails; infinite without an answer.</summary>
    public static double Latency(PlanTimes plan, double at, double speed, Dictionary<string, TracedLink> links, long outputBytes)
    {
        if (plan.Node is null) return plan.Before;
        TracedLink link = links[plan.Node];
        double there = link.Arrival(at + plan.Before, plan.Bytes, up: true, speed);
        return link.Arrival(there + plan.Beyond, outputBytes, up: false, speed) - at;
    }

    private void Begin(Func<(PlanTimes Plan, double Patience)> choose, double at, double speed, Action<double> done)
    {
        (PlanTimes plan, double patience) = choose();
        if (plan.Node is not { } node)
        {
            At(at + plan.Before, () => done(plan.Before));
            return;
        }

        // The device's part comes first; only then is the node asked, if it is not excluded by then.
        At(at + plan.Before, () =>
        {
            double asked = _clock.Now;
            if (_tiers.IsExcluded(node))
            {
                Fallbacks++;
                At(asked + plan.Alone, () => done(_clock.Now - at));
                return;
            }

            double answer = at + Latency(plan, at, speed, _links, _outputBytes), late = asked + Math.Min(patience, _options.RemoteTimeout.Value);
            double onTheWay = answer - asked - plan.Beyond;
            if (answer <= late)
            {
                At(answer, () => Answer(answer));
                return;
            }

            double alone = late + plan.Alone;
            if (answer <= alone)
            {
                At(answer, () => Answer(answer));
                return;
            }

            Fallbacks++;
            At(alone, () =>
            {
                _tiers.TimedOut(node, plan.Bytes, alone - asked);
                done(alone - at);
            });

            void Answer(double when)
            {
                _tiers.Answered(node, plan.Bytes + _outputBytes, onTheWay);
                done(when - at);
            }
        });
    }

    private void Resume(IEnumerator<double> process)
    {
        if (!process.MoveNext()) return;
        double until = process.Current;
        if (double.IsFinite(until)) At(until, () => Resume(process));
    }

    private void At(double time, Action action) => _events.Enqueue(action, (time, _order++));
}
