namespace Isthmus.Core.Planning.Assignment;

/// <summary>How busy a node is.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Requests">How many requests it serves.</param>
/// <param name="Utilisation">The share of its time for which it works, 0…1.</param>
/// <param name="WaitMs">How long a picture waits there in the mean, in milliseconds.</param>
public sealed record NodeLoad(string Node, int Requests, double Utilisation, double WaitMs);
