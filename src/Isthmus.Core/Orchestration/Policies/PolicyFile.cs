using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Core.Storage;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>
/// What an orchestrator knows, as a file: one line that says what it is (`{"isthmus":"policy","version":1,"number":7,"sha256":"…"}`), and behind it the knowledge as one JSON object, over
/// whose bytes the SHA-256 is.
/// </summary>
public static class PolicyFile
{
    /// <summary>The version that this software writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The largest file that is read, in bytes.</summary>
    public const long MaxBytes = 256L << 20;

    private const string Kind = "policy";

    // The nodes of a learner's weights may lie deeper than what a file for people needs.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 64 };

    /// <summary>The file's text.</summary>
    /// <param name="number">Which policy this is; each has a higher one than that before.</param>
    /// <param name="knowledge">What is known.</param>
    public static string Serialize(long number, JsonObject knowledge)
    {
        ArgumentNullException.ThrowIfNull(knowledge);
        string body = knowledge.ToJsonString(IsthmusJson.Compact);
        return JsonSerializer.Serialize(new Header(Kind, CurrentVersion, number, Hash(body)), IsthmusJson.Compact) + "\n" + body + "\n";
    }

    /// <summary>Reads the text of a file and checks that it is whole.</summary>
    /// <param name="text">The text.</param>
    /// <param name="name">What to call it in an error.</param>
    /// <exception cref="IsthmusException">It is no policy, of another version, or damaged; the message names the file.</exception>
    public static (long Number, JsonObject Knowledge) Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        int end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end is < 0 or > 1000) throw Wrong(name, "its first line does not say what it is");
        Header header = StrictJson.Parse<Header>(text[..end], name, "policy of an orchestrator");
        if (header.Isthmus != Kind) throw Wrong(name, $"it is a '{Short(header.Isthmus)}'");
        if (header.Version != CurrentVersion) throw Wrong(name, $"it is of version {header.Version}, and this software reads {CurrentVersion}");
        string body = text[(end + 1)..].TrimEnd('\n');
        if (!string.Equals(header.Sha256, Hash(body), StringComparison.Ordinal)) throw Wrong(name, "it is damaged: its content is not what its checksum was made of");
        try
        {
            return JsonNode.Parse(body, documentOptions: Reading) is JsonObject knowledge ? (header.Number, knowledge) : throw Wrong(name, "its content is no object");
        }
        catch (JsonException e)
        {
            throw Wrong(name, $"its content is no JSON ({Short(e.Message)})");
        }
    }

    /// <summary>Writes a policy, whole or not at all.</summary>
    /// <exception cref="IsthmusException">The file cannot be written.</exception>
    public static void Save(string path, long number, JsonObject knowledge) => AtomicFile.WriteText(path, Serialize(number, knowledge));

    /// <summary>Reads a policy and checks that it is whole.</summary>
    /// <exception cref="IsthmusException">The file cannot be read, or as <see cref="Parse"/> says.</exception>
    public static (long Number, JsonObject Knowledge) Load(string path) => Parse(AtomicFile.ReadText(path, MaxBytes), Path.GetFileName(path));

    private static string Hash(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    private static string Short(string text) => text.Length <= 80 ? text : text[..80];

    private static IsthmusException Wrong(string name, string what) => new(ErrorKind.Data, $"'{name}' is not a policy that can be used: {what}.");

    private sealed record Header(string Isthmus, int Version, long Number, string Sha256);
}
