using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Protocol;

/// <summary>A tensor of a message while it is being read.</summary>
internal sealed class TensorDraft
{
    public string Name { get; set; } = "";

    public string Datatype { get; set; } = "";

    public ElementType ElementType { get; set; }

    public TensorShape Shape { get; set; }

    public Parameters Parameters { get; set; } = [];

    /// <summary>Bytes that follow the JSON; null if the content is in the JSON.</summary>
    public int? BinarySize { get; set; }

    public Tensor? Content { get; set; }
}
