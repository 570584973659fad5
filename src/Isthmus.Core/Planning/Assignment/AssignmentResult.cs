using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Assignment;

/// <summary>Who goes where, with how much of the picture.</summary>
/// <param name="Requests">What becomes of each, in the order in which they were given.</param>
/// <param name="Nodes">How busy the nodes are that serve any.</param>
/// <param name="Value">
/// What was sought, over the served requests: the weighted sum of accuracies, of latencies in milliseconds (less is better), or of satisfactions.
/// </param>
public sealed record AssignmentResult(ImmutableArray<AssignedRequest> Requests, ImmutableArray<NodeLoad> Nodes, double Value)
{
    /// <summary>How many are served.</summary>
    public int Served => Requests.Count(r => r.IsServed);

    /// <summary>Mean accuracy of the served, 0…1.</summary>
    public double MeanAccuracy => Mean(r => r.Accuracy);

    /// <summary>Mean latency of the served, in milliseconds.</summary>
    public double MeanMs => Mean(r => r.Milliseconds);

    /// <summary>Bytes that cross in a second.</summary>
    public double BytesPerSecond => Requests.Sum(r => r.Bytes * r.Request.PerSecond);

    private double Mean(Func<AssignedRequest, double> of) => Served == 0 ? 0 : Requests.Where(r => r.IsServed).Average(of);
}
