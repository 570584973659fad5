using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Core.Graphs;

/// <summary>
/// An ONNX model that was read and checked: sizes within limits, opset supported, no external data left, its graph acyclic and
/// complete. Immutable; do not change <see cref="Proto"/>. What only the runtime can know (operators, types) is not checked here.
/// </summary>
public sealed class OnnxModel
{
    /// <summary>Bytes of a model file, at most; what protobuf and one array can hold.</summary>
    public const long MaxFileBytes = 0x7FFF_FFC7;

    /// <summary>Nodes of one graph, at most.</summary>
    public const int MaxNodes = 200_000;

    /// <summary>Initializers of one graph, at most.</summary>
    public const int MaxInitializers = 200_000;

    /// <summary>The oldest opset of the default domain that is read.</summary>
    public const int MinOpset = 7;

    /// <summary>The newest opset of the default domain that is read: that of the ONNX Runtime release in use.</summary>
    public const int MaxOpset = 26;

    internal const int MaxMessages = 4_000_000;
    internal const long MaxVarintBytes = 128L << 20;

    private OnnxModel(string name, ReadOnlyMemory<byte> file, ModelProto proto, int opset)
    {
        Name = name;
        File = file;
        Proto = proto;
        Opset = opset;
        Hash = ModelHash.Of(file.Span);
        Graph = new NetworkGraph(proto.Graph, name);
    }

    /// <summary>What errors and file names call the model: its file's name without the extension.</summary>
    public string Name { get; }

    /// <summary>The whole model in one piece. For a model with external data this is not the file that was read: the data is inside.</summary>
    public ReadOnlyMemory<byte> File { get; }

    /// <summary>SHA-256 of <see cref="File"/>.</summary>
    public ModelHash Hash { get; }

    /// <summary>The parsed message.</summary>
    public ModelProto Proto { get; }

    /// <summary>The opset of the default domain.</summary>
    public int Opset { get; }

    /// <summary>The graph's structure.</summary>
    public NetworkGraph Graph { get; }

    /// <summary>Reads a model file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="external">Which external data may be read; none if null.</param>
    /// <exception cref="IsthmusException">The file cannot be read (<see cref="ErrorKind.File"/>) or is no model that Isthmus can use (<see cref="ErrorKind.Model"/>).</exception>
    public static OnnxModel Load(string path, ExternalDataPolicy? external = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] file;
        try
        {
            FileInfo info = new(path);
            if (Directory.Exists(path)) throw new IsthmusException(ErrorKind.File, $"'{path}' is a folder: name the model's file.");
            if (!info.Exists) throw new IsthmusException(ErrorKind.File, $"There is no model '{path}'.");
            if (info.Length > MaxFileBytes)
                throw new IsthmusException(ErrorKind.Model, $"'{path}' has {info.Length} bytes; a model may have at most {MaxFileBytes}.");
            file = System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The model '{path}' cannot be read: {e.Message}", e);
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? ".";
        return Parse(file, Path.GetFileNameWithoutExtension(path), new ExternalData(folder, external ?? ExternalDataPolicy.Refuse));
    }

    /// <summary>Reads a model from memory. External data is refused.</summary>
    /// <param name="file">The file's bytes; kept, so do not change them.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="IsthmusException">The bytes are no model that Isthmus can use.</exception>
    public static OnnxModel Parse(ReadOnlyMemory<byte> file, string name) => Parse(file, name, new ExternalData(folder: null, ExternalDataPolicy.Refuse));

    private static OnnxModel Parse(ReadOnlyMemory<byte> file, string name, ExternalData external)
    {
        ModelProto proto;
        try
        {
            if (file.IsEmpty) throw new InvalidDataException("it is empty");
            ModelSizeCheck.Check(file.Span);
            proto = ModelProto.Parser.ParseFrom(new System.Buffers.ReadOnlySequence<byte>(file));
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidDataException)
        {
            string why = e is InvalidDataException && !e.Message.EndsWith('.') ? e.Message : "it is damaged, truncated, or of another format";
            throw new IsthmusException(ErrorKind.Model, $"'{name}' is not an ONNX model: {why}.", e);
        }

        int opset = ReadOpset(proto, name);
        if (external.Inline(proto, name)) file = proto.ToByteArray();
        return new(name, file, proto, opset);
    }

    private static int ReadOpset(ModelProto proto, string name)
    {
        long opset = 0;
        foreach (OperatorSetIdProto set in proto.OpsetImport)
        {
            if (set.Domain is "" or "ai.onnx") opset = Math.Max(opset, set.Version);
        }

        if (opset is >= MinOpset and <= MaxOpset) return (int)opset;
        string found = opset == 0 ? "names no opset" : $"is of opset {opset}";
        throw new IsthmusException(ErrorKind.Model, $"'{name}' {found}; opsets {MinOpset} to {MaxOpset} are supported: export the model again with one of them.");
    }
}
