using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>What can be busy with one picture while other stages are busy with others: a node, or a link.</summary>
/// <param name="Name">The node's name, or two joined by " → " for the link between them.</param>
/// <param name="IsLink">Whether it is a link.</param>
/// <param name="Time">How long one picture keeps it busy.</param>
public sealed record PipelineStage(string Name, bool IsLink, Milliseconds Time)
{
    /// <summary>The name of a link's stage.</summary>
    public static string Link(string from, string to) => $"{from} → {to}";
}
