using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Codec;

/// <summary>
/// Which codec an activation crosses with: "raw", "half", or "huffman:c" with c ∈ 1…8 or 16 bits per value.
/// Written to JSON as that text.
/// </summary>
/// <param name="Kind">The coder.</param>
/// <param name="Bits">Bits per value before entropy coding: 32 for raw, 16 for half.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct CodecSpec(CodecKind Kind, int Bits)
{
    /// <summary>The float32 values as they are.</summary>
    public static CodecSpec Raw => new(CodecKind.Raw, 32);

    /// <summary>Half precision.</summary>
    public static CodecSpec Half => new(CodecKind.Half, 16);

    /// <summary>JALAD's quantiser and Huffman coder with c bits.</summary>
    /// <exception cref="IsthmusException">c is not in 1…8 and not 16.</exception>
    public static CodecSpec Huffman(int bits) => bits is (>= 1 and <= 8) or 16 ? new(CodecKind.Huffman, bits)
        : throw new IsthmusException(ErrorKind.Usage, $"{bits} bits per value are not supported: choose 1 to 8, or 16.");

    /// <summary>Reads "raw", "half" or "huffman:c".</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static CodecSpec Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        return t switch
        {
            "raw" => Raw,
            "half" => Half,
            _ when t.StartsWith("huffman:", StringComparison.Ordinal) && int.TryParse(t["huffman:".Length..], out int bits) => Huffman(bits),
            _ => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a codec: choose raw, half, or huffman:c with c from 1 to 8, or 16."),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CodecKind.Raw => "raw",
        CodecKind.Half => "half",
        _ => $"huffman:{Bits}",
    };

    private sealed class Converter : JsonConverter<CodecSpec>
    {
        public override CodecSpec Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (IsthmusException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, CodecSpec value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
