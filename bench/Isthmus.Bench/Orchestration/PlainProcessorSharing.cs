namespace Isthmus.Bench.Orchestration;

/// <summary>
/// One machine that serves all its requests at once, simulated as one writes it down first: what is left of every request is subtracted at every event. The baseline of the fast one.
/// </summary>
/// <param name="perMs">Requests per millisecond, at random.</param>
/// <param name="workMs">The mean work of a request, exponential.</param>
/// <param name="most">More requests at once are lost.</param>
internal sealed class PlainProcessorSharing(double perMs, double workMs, int most)
{
    private readonly Random _random = new(1);
    private readonly List<(double Left, double ArrivedAt)> _pending = [];
    private double _now;
    private double _next;

    public long Done { get; private set; }

    public double SumMs { get; private set; }

    public void Run(double untilMs)
    {
        while (_now < untilMs)
        {
            double soonest = _pending.Count == 0 ? double.PositiveInfinity : _now + (_pending.Min(p => p.Left) * _pending.Count), end = Math.Min(Math.Min(soonest, _next), untilMs);
            if (_pending.Count > 0)
            {
                double each = (end - _now) / _pending.Count;
                for (int i = 0; i < _pending.Count; i++) _pending[i] = (_pending[i].Left - each, _pending[i].ArrivedAt);
            }

            _now = end;
            foreach ((double _, double arrivedAt) in _pending.Where(p => p.Left <= 1e-5))
            {
                Done++;
                SumMs += _now - arrivedAt;
            }

            _pending.RemoveAll(p => p.Left <= 1e-5);
            if (_now < _next) continue;
            if (_pending.Count < most) _pending.Add((Exponential() * workMs, _now));
            _next = _now + (Exponential() / perMs);
        }
    }

    private double Exponential() => -Math.Log(1 - _random.NextDouble());
}
