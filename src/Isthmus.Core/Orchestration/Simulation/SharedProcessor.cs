namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>
/// A machine that serves all its requests at once, each as fast as the machine's contention allows (processor sharing): with k of them each is served at speed / contention(k). What each of
/// them has been served since the machine was last idle is the same number, so a request is done when that number has grown by its work.
/// </summary>
/// <param name="contention">How many times longer each takes if there are so many.</param>
internal sealed class SharedProcessor(ContentionCurve contention)
{
    private readonly WaitingLine _line = new();
    private double _served;
    private double _at;

    /// <summary>The speed that one request alone would have; 1 if the machine is idle otherwise.</summary>
    public double Speed { get; private set; } = 1;

    public int Pending => _line.Count;

    /// <summary>Milliseconds in which there was something to serve.</summary>
    public double BusyMs { get; private set; }

    /// <summary>Milliseconds of work that were done.</summary>
    public double WorkDoneMs { get; private set; }

    /// <summary>When the next request is done; infinite if there is none.</summary>
    public double NextAt => _line.Count == 0 ? double.PositiveInfinity : _at + (Math.Max(0, _line.First - _served) / Rate);

    private double Rate => Speed / contention.At(Math.Max(1, _line.Count));

    public void Add(double now, int request, double work)
    {
        Advance(now);
        _line.Add(_served + work, request);
    }

    public int Take(double now)
    {
        Advance(now);
        // The one on top is done now, whatever rounding says.
        _served = Math.Max(_served, _line.First);
        int request = _line.Take();
        if (_line.Count == 0) _served = 0;
        return request;
    }

    public void SetSpeed(double now, double speed)
    {
        Advance(now);
        Speed = speed;
    }

    public void Advance(double now)
    {
        double passed = now - _at;
        _at = now;
        if (_line.Count == 0 || passed <= 0) return;
        double each = passed * Rate;
        _served += each;
        BusyMs += passed;
        WorkDoneMs += each * _line.Count;
    }
}
