namespace Isthmus.Core.Planning;

/// <summary>
/// Makes parts of plans from what they are made of: milliseconds always, joules and money only if they are asked for.
/// </summary>
internal sealed class PartMeter(CostModel model, Objective objective, ParetoAxes axes, int device)
{
    private readonly bool _joules = objective.PerJoule > 0 || axes.HasFlag(ParetoAxes.Energy);
    private readonly bool _price = objective.PerPrice > 0 || axes.HasFlag(ParetoAxes.Price);
    private readonly double _idle = (model.Power(device)?.Idle ?? double.NaN) / 1000;

    /// <summary>Joules of a millisecond of a node's computing while the device waits; 0 if nobody asks.</summary>
    public double JoulesOf(int node, double ms) => _joules ? ms * (Busy(node) + (node == device ? 0 : _idle)) : 0;

    /// <summary>Joules of the device's waiting; 0 if nobody asks.</summary>
    public double JoulesIdle(double ms) => _joules ? ms * _idle : 0;

    /// <summary>Money for a node's computing; 0 if nobody asks.</summary>
    public double PriceOf(int node, double ms) => _price ? ms * model.PricePerMs(node) : 0;

    /// <summary>The part's share of the objective.</summary>
    public double Linear(double ms, double bytes, double loss, double joules, double price) => objective.Linear(ms, bytes, loss, joules, price);

    /// <summary>A part.</summary>
    /// <param name="seed">What it is made of.</param>
    /// <param name="near">The node where the parts meet.</param>
    /// <param name="far">The node at the other end.</param>
    /// <param name="rates">The link between them, outwards.</param>
    /// <param name="waiting">Milliseconds of queues and overheads.</param>
    /// <param name="isExit">Whether the part leads on from the node where the parts meet.</param>
    public PlanPart PartOf(in PartSeed seed, int near, int far, in CrossingRates rates, double waiting, bool isExit)
    {
        double nearMs = seed.Near * model.Ratio(near);
        double farMs = seed.Far * model.Ratio(far);
        double transfer = seed.Bytes * rates.MsPerByte;
        double still = waiting + (rates.HalfTrip + transfer) + rates.Return;
        double ms = nearMs + farMs + still;
        double joules = _joules ? JoulesOf(near, nearMs) + JoulesOf(far, farMs) + (still * _idle) + (seed.Bytes * rates.JoulesPerByte) + rates.BackJoules : 0;
        double price = _price ? PriceOf(near, nearMs) + PriceOf(far, farMs) + (seed.Bytes * rates.PricePerByte) + rates.BackPrice : 0;
        long fromDevice = isExit ? 0 : seed.Bytes;
        return new(
            ms, fromDevice, seed.Bytes, seed.Loss, joules, price, nearMs, Math.Max(farMs, Math.Max(transfer, rates.BackTransfer)),
            objective.Linear(ms, fromDevice, seed.Loss, joules, price), far, seed.Choice);
    }

    private double Busy(int node) => (model.Power(node)?.Busy ?? double.NaN) / 1000;
}
