namespace Isthmus.Core.Orchestration;

/// <summary>One thing that a user's request may do, by the work in it: run a network on the own device, on a shared node, or a part on each.</summary>
/// <param name="Name">What to call it, such as "edge mobilenet_0.75".</param>
/// <param name="Node">The position of the shared node that it uses; −1 (<see cref="Own"/>) for the user's own device alone.</param>
/// <param name="DeviceMs">Milliseconds on the user's device if that is idle: the whole network, the part before a cut, or encoding the input.</param>
/// <param name="Bytes">Bytes that cross to the node; 0 on the own device.</param>
/// <param name="NodeMs">Milliseconds on the node if that is idle and nobody else uses it; 0 on the own device.</param>
/// <param name="Accuracy">Share of requests that are answered rightly, 0…1.</param>
public sealed record UserAction(string Name, int Node, double DeviceMs, double Bytes, double NodeMs, double Accuracy)
{
    /// <summary>The user's own device.</summary>
    public const int Own = -1;

    /// <summary>The network that runs; empty where it is not told apart. Learners do not look at it, reports do.</summary>
    public string Variant { get; init; } = "";
}
