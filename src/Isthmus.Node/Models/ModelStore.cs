using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Inference.Manifests;

namespace Isthmus.Node.Models;

/// <summary>
/// The models that a node has: those of a folder, by name and by hash, and those that were sent, by hash. A model is sent once:
/// it is written to a temporary file, and gets its name when its hash is proven. Several nodes may share the folder.
/// </summary>
internal sealed class ModelStore
{
    private const string Extension = ".onnx";

    private readonly string _folder;
    private readonly long _maxModelBytes;
    private readonly ConcurrentDictionary<string, StoredModel> _byName = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<ModelHash, StoredModel> _byHash = new();
    private readonly ConcurrentDictionary<ModelHash, ModelManifest> _manifests = new();

    /// <summary>Opens the store; reads the models folder to know its files' hashes.</summary>
    /// <exception cref="IsthmusException">A folder cannot be read or made.</exception>
    public ModelStore(string dataFolder, string? modelsFolder, long maxModelBytes)
    {
        _folder = Path.Combine(dataFolder, "models");
        _maxModelBytes = maxModelBytes;
        try
        {
            Directory.CreateDirectory(_folder);
            if (modelsFolder is null) return;
            if (!Directory.Exists(modelsFolder))
                throw new IsthmusException(ErrorKind.File, $"The models folder {modelsFolder} does not exist.");
            foreach (string file in Directory.EnumerateFiles(modelsFolder, "*" + Extension).Order(StringComparer.Ordinal))
            {
                using FileStream stream = File.OpenRead(file);
                ModelHash hash = ModelHash.Parse(Convert.ToHexString(SHA256.HashData(stream)));
                StoredModel model = new(Path.GetFileNameWithoutExtension(file), hash, file);
                _byName.TryAdd(model.Name, model);
                _byHash.TryAdd(hash, model);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The folders of models cannot be used: {e.Message}", e);
        }
    }

    /// <summary>All models, by name.</summary>
    public IReadOnlyList<StoredModel> All()
    {
        foreach (string file in Directory.EnumerateFiles(_folder, "*" + Extension))
        {
            if (ModelHash.TryParse(Path.GetFileNameWithoutExtension(file), out ModelHash hash)) Find(hash.ToString());
        }

        return [.. _byName.Values.Concat(_byHash.Values).DistinctBy(m => (m.Name, m.Hash)).OrderBy(m => m.Name, StringComparer.Ordinal)];
    }

    /// <summary>The model of this name or hash; null if there is none.</summary>
    public StoredModel? Find(string nameOrHash)
    {
        if (_byName.TryGetValue(nameOrHash, out StoredModel? named)) return named;
        if (!ModelHash.TryParse(nameOrHash, out ModelHash hash)) return null;
        if (_byHash.TryGetValue(hash, out StoredModel? known)) return known;
        string path = PathOf(hash);
        return File.Exists(path) ? _byHash.GetOrAdd(hash, new StoredModel(hash.ToString(), hash, path)) : null;
    }

    /// <summary>The model of this name or hash.</summary>
    /// <exception cref="NodeRefusal">404: there is none.</exception>
    public StoredModel Require(string nameOrHash) => Find(nameOrHash) ?? throw new NodeRefusal(
        404,
        ModelHash.TryParse(nameOrHash, out ModelHash hash)
            ? $"The node does not have the model {hash.Short}…; send it with PUT /v2/isthmus/models/{{sha256}}."
            : "The node does not have a model of that name; see /v2/repository/index for those that it has.");

    /// <summary>Takes in a model.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="cancellationToken">Gives up; nothing is left behind.</param>
    /// <returns>Whether it is new.</returns>
    /// <exception cref="NodeRefusal">400: the bytes have another hash. 413: it is too large. 507: it cannot be stored.</exception>
    public async Task<bool> PutAsync(ModelHash hash, Stream content, CancellationToken cancellationToken)
    {
        if (Find(hash.ToString()) is not null) return false;
        string temporary = Path.Combine(_folder, $".{hash.Short}-{Guid.NewGuid():N}.part");
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            long length = 0;
            await using (FileStream file = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
            {
                while (await content.ReadAsync(buffer, cancellationToken) is int read and > 0)
                {
                    length += read;
                    if (length > _maxModelBytes)
                        throw new NodeRefusal(413, $"The model is larger than the {_maxModelBytes} bytes that this node accepts; start it with a larger --max-model.");
                    sha.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            if (ModelHash.Parse(Convert.ToHexString(sha.GetHashAndReset())) != hash)
                throw new NodeRefusal(400, $"The {length} bytes that arrived do not have the SHA-256 of the address; send the file again, whole.");
            File.Move(temporary, PathOf(hash), overwrite: true);
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException && e is not Microsoft.AspNetCore.Connections.ConnectionResetException and not Microsoft.AspNetCore.Http.BadHttpRequestException))
        {
            throw new NodeRefusal(507, "The node cannot store the model: its disk is full or its data folder is not writable.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            File.Delete(temporary);
        }
    }

    /// <summary>Takes in the manifest of a model that is there.</summary>
    /// <exception cref="NodeRefusal">404: the model is not there.</exception>
    /// <exception cref="IsthmusException">The manifest is damaged.</exception>
    public void PutManifest(ModelHash hash, ReadOnlySpan<byte> json)
    {
        Require(hash.ToString());
        ModelManifest manifest = ModelManifest.Parse(json);
        string path = ManifestFile.PathFor(PathOf(hash));
        string temporary = $"{path}.{Guid.NewGuid():N}.part";
        try
        {
            File.WriteAllBytes(temporary, manifest.ToJson());
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        _manifests[hash] = manifest;
    }

    /// <summary>What a model expects of a picture: the manifest that was sent, else the file beside the model, else what its graph suggests.</summary>
    /// <exception cref="IsthmusException">The model is damaged, or takes no pictures.</exception>
    public ModelManifest Manifest(StoredModel model) => _manifests.GetOrAdd(model.Hash, _ =>
    {
        string sent = ManifestFile.PathFor(PathOf(model.Hash));
        return File.Exists(sent) ? ModelManifest.Parse(File.ReadAllBytes(sent)) : ManifestFile.Load(model.Path);
    });

    private string PathOf(ModelHash hash) => Path.Combine(_folder, hash + Extension);
}
