namespace Isthmus.Core.Planning.Assignment;

/// <summary>One way to answer a request: a network on a node, or on the device itself.</summary>
/// <param name="Variant">The network, as a position among the variants.</param>
/// <param name="Node">The node, as a position in the profile; of a local answer the device's.</param>
/// <param name="Link">The link that is shared, as a position among all pairs; −1: nothing crosses.</param>
/// <param name="FixedMs">Milliseconds beside waiting and the transfer.</param>
/// <param name="WholeMs">Milliseconds for which the whole picture occupies the link alone.</param>
/// <param name="WorkMs">Milliseconds for which the node works.</param>
/// <param name="Bytes">Bytes of the whole picture.</param>
/// <param name="Form">The form in which it crosses, whole.</param>
/// <param name="Accuracy">Of a local answer.</param>
/// <param name="Table">The accuracy with each thousandth; null of a local answer.</param>
internal sealed record AssignmentOption(
    int Variant, int Node, int Link, double FixedMs, double WholeMs, double WorkMs, double Bytes, InputEncoding Form, double Accuracy, AccuracyTable? Table)
{
    /// <summary>Whether the device answers.</summary>
    public bool IsLocal => Table is null;
}
