namespace Isthmus.Runtime.Protocol;

/// <summary>Names that the Open Inference Protocol v2 and Isthmus give to headers and parameters.</summary>
public static class ProtocolNames
{
    /// <summary>The header of the binary tensor extension: bytes of JSON that precede the tensors' bytes.</summary>
    public const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>The parameter of a tensor whose content follows the JSON: how many bytes.</summary>
    public const string BinaryDataSize = "binary_data_size";

    /// <summary>The parameter of a requested output that is wanted as bytes.</summary>
    public const string BinaryData = "binary_data";

    /// <summary>The parameter of a request whose outputs are all wanted as bytes.</summary>
    public const string BinaryDataOutput = "binary_data_output";

    /// <summary>The parameter of a request that holds a <see cref="SegmentRequest"/>, and of a response that holds an <see cref="AnswerTrace"/>, as JSON text.</summary>
    public const string Isthmus = "isthmus";

    /// <summary>The parameter of a tensor that holds frames: the codec.</summary>
    public const string Codec = "isthmus.codec";

    /// <summary>The parameter of a tensor that holds frames made with trained tables: the first 16 digits of their SHA-256.</summary>
    public const string Tables = "isthmus.tables";

    /// <summary>The parameter of a tensor that holds an image's bytes: the input encoding.</summary>
    public const string Input = "isthmus.input";

    /// <summary>
    /// The parameter of a tensor whose content may end early: how many milliseconds after the JSON part arrived the node goes on with what came. The
    /// <see cref="BinaryDataSize"/> is then the most that may come.
    /// </summary>
    public const string UntilMs = "isthmus.until_ms";

    /// <summary>The parameter of a tensor whose content may end early: how many bytes must have come before the node goes on. Without it, one.</summary>
    public const string Least = "isthmus.least";

    /// <summary>The parameter of a tensor that holds a whole picture: how many of its first bytes are looked at too, beside the answer from all of it.</summary>
    public const string Part = "isthmus.part";

    /// <summary>The protocol's type of opaque elements, each preceded by its length in 32 bits.</summary>
    public const string Bytes = "BYTES";
}
