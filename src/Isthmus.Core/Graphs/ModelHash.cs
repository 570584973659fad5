using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Graphs;

/// <summary>The identity of a model: the SHA-256 of its file, as 64 lower-case hexadecimal digits. Written to JSON as that text.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ModelHash
{
    private readonly string? _hex;

    private ModelHash(string hex) => _hex = hex;

    /// <summary>The first 12 digits, for people.</summary>
    public string Short => ToString()[..12];

    /// <summary>The hash of a model's bytes.</summary>
    public static ModelHash Of(ReadOnlySpan<byte> model) => new(Convert.ToHexStringLower(SHA256.HashData(model)));

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="IsthmusException">The text is not that.</exception>
    public static ModelHash Parse(string text) => TryParse(text, out ModelHash hash) ? hash
        : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a model's SHA-256: 64 hexadecimal digits are expected.");

    /// <summary>Reads 64 hexadecimal digits; false if the text is not that.</summary>
    public static bool TryParse(string? text, out ModelHash hash)
    {
        bool valid = text is { Length: 64 } && text.All(char.IsAsciiHexDigit);
        hash = valid ? new(text!.ToLowerInvariant()) : default;
        return valid;
    }

    /// <inheritdoc/>
    public override string ToString() => _hex ?? new string('0', 64);

    private sealed class Converter : JsonConverter<ModelHash>
    {
        public override ModelHash Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TryParse(reader.GetString(), out ModelHash hash) ? hash : throw new JsonException("Not a SHA-256 in hexadecimal.");

        public override void Write(Utf8JsonWriter writer, ModelHash value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
