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

    /// <summary>How the content may end early; null if it may not.</summary>
    public OpenTensor? Open { get; set; }

    /// <summary>How much came of content that may end early; null if it may not.</summary>
    public Arrival? Arrival { get; set; }

    public Tensor? Content { get; set; }
}
