namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>Where the parameters are of what a kind of action takes on a node, by the number of users there: c(k) = base + Σ increments up to k.</summary>
/// <param name="Node">The node.</param>
/// <param name="Base">The shared parameter of a single user's time, or of its factor.</param>
/// <param name="Increments">The shared parameters of what further users add, one for each span between knots.</param>
/// <param name="Own">What this kind differs by: a factor on the profile's curve; −1 if it has none.</param>
/// <param name="OwnIncrements">What this kind's increments differ by; empty if they do not.</param>
internal sealed record NodeCurve(int Node, int Base, int[] Increments, int Own, int[] OwnIncrements);
