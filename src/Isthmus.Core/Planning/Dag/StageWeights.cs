namespace Isthmus.Core.Planning.Dag;

/// <summary>How much a millisecond of each stage counts in one minimum cut.</summary>
/// <param name="Node">For each node of the route.</param>
/// <param name="Link">For each link.</param>
/// <param name="Fixed">For the links' fixed costs.</param>
internal sealed record StageWeights(double[] Node, double[] Link, double Fixed)
{
    /// <summary>Everything counts alike: the latency.</summary>
    public static StageWeights Latency(int places) => new(Enumerable.Repeat(1.0, places).ToArray(), Enumerable.Repeat(1.0, places - 1).ToArray(), 1);

    /// <summary>Weights of the stages in the order of <see cref="Stages"/>.</summary>
    public static StageWeights Of(ReadOnlySpan<double> weights)
    {
        int places = (weights.Length + 1) / 2;
        return new(weights[..places].ToArray(), weights[places..].ToArray(), 0);
    }

    /// <summary>A partition's stages: the nodes, then the links.</summary>
    public static double[] Stages(DagPartition partition) => [.. partition.Compute, .. partition.Send];
}
