using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Codec;

/// <summary>
/// Which codec an activation crosses with: "raw", "half", or "huffman:c" with c ∈ 1…8 or 16 bits per value.
/// Written to JSON as that text.
/// </summary>
/// <param name="Kind">The coder.</param>
/// <param name="Parameter">
/// What the coder is set to, byte 6 of a frame: for raw, half and huffman the bits per value before entropy coding (32, 16, c).
/// Its meaning is the coder's own, so two codecs of different kinds are not comparable by it.
/// </param>
[JsonConverter(typeof(Converter))]
public readonly record struct CodecSpec(CodecKind Kind, int Parameter)
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
        int colon = t.IndexOf(':', StringComparison.Ordinal);
        int parameter = 0;
        bool hasParameter = colon >= 0 && int.TryParse(t.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out parameter);
        return (hasParameter ? t[..colon] : t) switch
        {
            "raw" when !hasParameter => Raw,
            "half" when !hasParameter => Half,
            "huffman" when hasParameter => Huffman(parameter),
            _ => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a codec: choose {Choices}."),
        };
    }

    /// <summary>All spellings, for a message that says what may be chosen.</summary>
    internal const string Choices = "raw, half, or huffman:c with c from 1 to 8, or 16";

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        CodecKind.Raw => "raw",
        CodecKind.Half => "half",
        CodecKind.Huffman => $"huffman:{Parameter}",
        _ => $"{(int)Kind}:{Parameter}",
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
