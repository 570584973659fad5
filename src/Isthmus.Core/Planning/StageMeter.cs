namespace Isthmus.Core.Planning;

/// <summary>
/// What each node and each link of a plan has to do for one image: the longest of them is the plan's period, and energy and price are their sums. A node that works
/// again and again is one stage.
/// </summary>
internal sealed class StageMeter(CostModel model, int source)
{
    private readonly double[] _work = new double[model.Index.Profile.Nodes.Length];
    private double _transfer;
    private double _joules;
    private double _price;

    /// <summary>The longest stage, in milliseconds.</summary>
    public double Longest => Math.Max(_transfer, _work.Max());

    /// <summary>Money; null if something is not known.</summary>
    public double? Price => double.IsNaN(_price) ? null : _price;

    /// <summary>A node computes.</summary>
    public void Compute(int node, double ms)
    {
        _work[node] += ms;
        _joules += ms / 1000 * (model.Power(node)?.Busy ?? double.NaN);
        _price += ms * model.PricePerMs(node);
    }

    /// <summary>Bytes go over a link, and the answer comes back over it.</summary>
    public void Cross(int from, int to, long bytes)
    {
        Send(from, to, bytes);
        if (model.BytesBack(to, from) is > 0 and long answer) Send(to, from, answer);
    }

    /// <summary>Joules of an image that takes so long; null if something is not known.</summary>
    public double? Energy(double ms)
    {
        double joules = _joules + ((ms - _work[source]) / 1000 * (model.Power(source)?.Idle ?? double.NaN));
        return double.IsNaN(joules) ? null : joules;
    }

    private void Send(int from, int to, long bytes)
    {
        _transfer = Math.Max(_transfer, model.Transfer(from, to, bytes));
        _joules += bytes * model.JoulesPerByte(from, to);
        _price += bytes * model.PricePerByte(from, to);
    }
}
