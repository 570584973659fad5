using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration;

/// <summary>One thing that a user's request may do: run somewhere, with some network, at some accuracy.</summary>
/// <param name="Name">What to call it, such as "edge, mobilenet 0.75".</param>
/// <param name="Node">The position of the shared node that it uses; −1 for the user's own device, which nobody shares.</param>
/// <param name="Ms">
/// The response time in milliseconds by how many users use the node, this one included: first alone, then with one other, and so on. The last entry holds for more. Of the own
/// device a single entry.
/// </param>
/// <param name="Accuracy">Share of requests that are answered rightly, 0…1.</param>
public sealed record UserOption(string Name, int Node, ImmutableArray<double> Ms, double Accuracy)
{
    /// <summary>The user's own device.</summary>
    public const int Own = -1;

    /// <summary>The response time if so many users use the node.</summary>
    /// <param name="users">1 or more; of the own device it does not matter.</param>
    public double At(int users) => Ms[Math.Min(Node == Own ? 1 : users, Ms.Length) - 1];
}
