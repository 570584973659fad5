namespace Isthmus.Core.Planning.Dag;

/// <summary>A tensor that crosses a link in a partition.</summary>
/// <param name="Tensor">The tensor's position in the problem.</param>
/// <param name="Link">The link's position on the route.</param>
/// <param name="Way">Which of the tensor's ways over that link.</param>
public readonly record struct DagCrossing(int Tensor, int Link, int Way);
