using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Core.Graphs;

/// <summary>Brings the external data of a model into it, as far as the policy allows.</summary>
/// <param name="folder">The model's folder; null if it came from memory, and so has none.</param>
/// <param name="policy">Which files may be read.</param>
internal sealed class ExternalData(string? folder, ExternalDataPolicy policy)
{
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private long _total;

    /// <summary>Replaces every reference to external data by the data.</summary>
    /// <returns>Whether there was any.</returns>
    /// <exception cref="IsthmusException">A reference is not allowed, leads elsewhere, or does not fit.</exception>
    public bool Inline(ModelProto model, string name)
    {
        bool any = false;
        foreach (TensorProto tensor in Tensors(model))
        {
            if (tensor.DataLocation != TensorProto.Types.DataLocation.External) continue;
            any = true;
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(Read(tensor, name));
            tensor.ExternalData.Clear();
            tensor.DataLocation = TensorProto.Types.DataLocation.Default;
        }

        return any;
    }

    private ReadOnlyMemory<byte> Read(TensorProto tensor, string model)
    {
        string? location = null;
        long offset = 0;
        long? length = null;
        foreach (StringStringEntryProto entry in tensor.ExternalData)
        {
            switch (entry.Key)
            {
                case "location":
                    location = entry.Value;
                    break;
                case "offset" when long.TryParse(entry.Value, out long value):
                    offset = value;
                    break;
                case "length" when long.TryParse(entry.Value, out long value):
                    length = value;
                    break;
                default:
                    break;
            }
        }

        byte[] file = File(location, model);
        long count = length ?? file.Length - offset;
        _total += count;
        if (offset < 0 || count < 0 || offset > file.Length || count > file.Length - offset || _total > OnnxModel.MaxFileBytes)
            throw new IsthmusException(ErrorKind.Model, $"The weights '{tensor.Name}' of '{model}' lie outside their external file '{location}': fetch model and data again.");
        return file.AsMemory((int)offset, (int)count);
    }

    private byte[] File(string? location, string model)
    {
        if (folder is null || policy.Allowed.IsEmpty)
            throw new IsthmusException(ErrorKind.Model, $"'{model}' keeps weights in another file ('{location}'), which is refused: store the model in one file, or list that file's SHA-256.");
        string path = PathBelow(folder, location, model);
        if (_files.TryGetValue(path, out byte[]? known)) return known;
        byte[] file;
        try
        {
            FileInfo info = new(path);
            // A link may lead out of the folder, whatever its name says.
            if (info.LinkTarget is not null) throw new IsthmusException(ErrorKind.Model, $"The external file '{location}' of '{model}' is a link, which is refused: put the file itself there.");
            if (info.Length > OnnxModel.MaxFileBytes) throw new IsthmusException(ErrorKind.Model, $"The external file '{location}' of '{model}' has {info.Length} bytes; at most {OnnxModel.MaxFileBytes} are read.");
            file = System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The external file '{location}' of '{model}' cannot be read: {e.Message}", e);
        }

        ModelHash hash = ModelHash.Of(file);
        if (!policy.Allowed.Contains(hash))
            throw new IsthmusException(ErrorKind.Model, $"The external file '{location}' of '{model}' has SHA-256 {hash}, which is not listed: list it if you trust the file.");
        _files.Add(path, file);
        return file;
    }

    private static string PathBelow(string folder, string? location, string model)
    {
        bool plain = !string.IsNullOrEmpty(location) && !Path.IsPathRooted(location) && !location.Contains('\0', StringComparison.Ordinal)
            && location.Split('/', '\\').All(part => part is not ("" or "." or "..")) && !location.Contains(':', StringComparison.Ordinal);
        if (!plain)
            throw new IsthmusException(ErrorKind.Model, $"'{model}' names the external file '{location}', which is not a plain path below the model's folder: it is refused.");
        string full = Path.GetFullPath(Path.Combine(folder, location!));
        for (string? parent = Path.GetDirectoryName(full); parent is not null && parent.Length > folder.Length; parent = Path.GetDirectoryName(parent))
        {
            if (new DirectoryInfo(parent).LinkTarget is not null)
                throw new IsthmusException(ErrorKind.Model, $"'{model}' names the external file '{location}', which lies behind a link: it is refused.");
        }

        return full;
    }

    private static IEnumerable<TensorProto> Tensors(ModelProto model) =>
        Tensors(model.Graph).Concat(model.Functions.SelectMany(f => f.Node).SelectMany(Tensors));

    private static IEnumerable<TensorProto> Tensors(GraphProto graph) =>
        graph.Initializer
            .Concat(graph.SparseInitializer.SelectMany(s => new[] { s.Values, s.Indices }).Where(t => t is not null))
            .Concat(graph.Node.SelectMany(Tensors));

    private static IEnumerable<TensorProto> Tensors(NodeProto node)
    {
        foreach (AttributeProto attribute in node.Attribute)
        {
            if (attribute.T is not null) yield return attribute.T;
            foreach (TensorProto tensor in attribute.Tensors) yield return tensor;
            foreach (GraphProto graph in NetworkGraph.Subgraphs(attribute))
            {
                foreach (TensorProto tensor in Tensors(graph)) yield return tensor;
            }
        }
    }
}
