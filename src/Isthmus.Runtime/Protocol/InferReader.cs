using System.Buffers;
using System.Text;
using System.Text.Json;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Protocol;

/// <summary>
/// Reads inference requests and responses, with tensors as JSON arrays (flat or nested) or in the binary tensor extension. Takes
/// nothing on trust: every length is checked against shape, datatype and <see cref="InferLimits"/> before memory is rented for it.
/// Binary tensors are read straight into their own memory.
/// </summary>
public static class InferReader
{
    /// <summary>Reads the value of the <see cref="ProtocolNames.HeaderLength"/> header.</summary>
    /// <param name="value">The header's value; null or empty if it is absent.</param>
    /// <returns>The length; null if there is no such header, and all of the body is JSON.</returns>
    /// <exception cref="ProtocolException">It is no number of bytes.</exception>
    public static long? ParseHeaderLength(string? value)
    {
        if (string.IsNullOrEmpty(value)) return null;
        return long.TryParse(value, out long length) && length > 0 ? length
            : throw new ProtocolException(ProtocolError.BadHeaderLength, $"The header {ProtocolNames.HeaderLength} must be the number of bytes of the JSON part.");
    }

    /// <summary>Reads a request.</summary>
    /// <param name="body">The body, to its end.</param>
    /// <param name="headerLength">Bytes of the JSON part; null if all of it is JSON.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProtocolException">The message is refused, or is one that may end early.</exception>
    public static ValueTask<InferRequest> ReadRequestAsync(Stream body, long? headerLength, InferLimits limits, CancellationToken cancellationToken) =>
        ReadRequestAsync(body, headerLength, limits, clock: null, cancellationToken);

    /// <summary>Reads a request whose last tensor may end before all of it came.</summary>
    /// <param name="body">The body. Of content that ends early, what still comes is not read.</param>
    /// <param name="headerLength">Bytes of the JSON part; null if all of it is JSON.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="clock">The clock by which such content is waited for; null to refuse it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProtocolException">The message is refused.</exception>
    public static async ValueTask<InferRequest> ReadRequestAsync(
        Stream body, long? headerLength, InferLimits limits, TimeProvider? clock, CancellationToken cancellationToken)
    {
        MessageDraft draft = await ReadAsync(body, headerLength, limits, "inputs", clock, cancellationToken);
        return new()
        {
            Id = draft.Id,
            Parameters = draft.Parameters,
            Inputs = draft.Take(),
            Outputs = [.. draft.Requested],
        };
    }

    /// <summary>Reads a response.</summary>
    /// <param name="body">The body, to its end.</param>
    /// <param name="headerLength">Bytes of the JSON part; null if all of it is JSON.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProtocolException">The message is refused.</exception>
    public static async ValueTask<InferResponse> ReadResponseAsync(Stream body, long? headerLength, InferLimits limits, CancellationToken cancellationToken)
    {
        MessageDraft draft = await ReadAsync(body, headerLength, limits, "outputs", clock: null, cancellationToken);
        return new()
        {
            ModelName = draft.ModelName ?? "",
            ModelVersion = draft.ModelVersion,
            Id = draft.Id,
            Parameters = draft.Parameters,
            Outputs = draft.Take(),
        };
    }

    private static async ValueTask<MessageDraft> ReadAsync(Stream body, long? headerLength, InferLimits limits, string tensors, TimeProvider? clock, CancellationToken cancellationToken)
    {
        MessageDraft draft = new();
        bool whole = false;
        try
        {
            await ReadJsonAsync(body, headerLength, limits, tensors, draft, cancellationToken);
            long total = 0;
            foreach (TensorDraft tensor in draft.Tensors)
            {
                if (tensor.BinarySize is not { } size) continue;
                if (headerLength is null)
                    throw new ProtocolException(ProtocolError.BadHeaderLength, $"Tensor '{tensor.Name}' is binary, but the header {ProtocolNames.HeaderLength} is absent.");
                total += size;
                if (total > limits.MaxTotalBytes)
                    throw new ProtocolException(ProtocolError.TooLarge, $"The tensors are larger than {limits.MaxTotalBytes} bytes together.");
                if (tensor.Open is { } open)
                {
                    Milliseconds longest = Longest(draft, tensor, limits, clock);
                    (tensor.Content, tensor.Arrival) = await OpenContent.ReadAsync(body, tensor.Name, size, open, longest, clock!, cancellationToken);
                    whole = true;
                    return draft;
                }

                tensor.Content = tensor.Datatype == ProtocolNames.Bytes
                    ? Tensor.Rent(ElementType.UInt8, new(size))
                    : Tensor.Rent(tensor.ElementType, tensor.Shape);
                await ReadExactlyAsync(body, tensor.Content.Bytes, cancellationToken);
            }

            await RequireEndAsync(body, cancellationToken);
            whole = true;
            return draft;
        }
        finally
        {
            if (!whole) draft.Dispose();
        }
    }

    // How long content that may end early is waited for: the time that is left for the whole answer, if that is said.
    private static Milliseconds Longest(MessageDraft draft, TensorDraft open, InferLimits limits, TimeProvider? clock)
    {
        if (clock is null || draft.Tensors.FindLast(t => t.BinarySize is not null) != open || draft.Tensors.Count(t => t.Open is not null) > 1)
            throw new ProtocolException(ProtocolError.BadMember, $"Tensor '{open.Name}' may not end early: only the last tensor of a request may.");
        Milliseconds? deadline = SegmentRequest.Read(draft.Parameters).Deadline;
        return deadline is { } ms && ms < limits.MaxWait ? ms : limits.MaxWait;
    }

    private static async ValueTask ReadJsonAsync(
        Stream body, long? headerLength, InferLimits limits, string tensors, MessageDraft draft, CancellationToken cancellationToken)
    {
        if (headerLength > limits.MaxJsonBytes)
            throw new ProtocolException(ProtocolError.TooLarge, $"The JSON part is larger than {limits.MaxJsonBytes} bytes: send tensors with the binary extension.");
        byte[] json = ArrayPool<byte>.Shared.Rent((int)(headerLength ?? 16 * 1024));
        try
        {
            int length = 0;
            if (headerLength is { } exact)
            {
                await ReadExactlyAsync(body, json.AsMemory(0, (int)exact), cancellationToken);
                length = (int)exact;
            }
            else
            {
                while (true)
                {
                    if (length == json.Length)
                    {
                        if (length >= limits.MaxJsonBytes)
                            throw new ProtocolException(ProtocolError.TooLarge, $"The JSON is larger than {limits.MaxJsonBytes} bytes: send tensors with the binary extension.");
                        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Min(limits.MaxJsonBytes, json.Length) * 2);
                        json.AsSpan(0, length).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(json);
                        json = larger;
                    }

                    int read = await body.ReadAsync(json.AsMemory(length), cancellationToken);
                    if (read == 0) break;
                    length += read;
                }
            }

            try
            {
                MessageParser.Parse(json.AsSpan(0, length), tensors, limits, draft);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
            {
                // GetString of an invalid UTF-8 or UTF-16 sequence throws InvalidOperationException.
                throw new ProtocolException(ProtocolError.BadJson, $"The JSON part is damaged: {FirstLine(e.Message)}", e);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(json);
        }
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0];

    private static async ValueTask ReadExactlyAsync(Stream body, Memory<byte> into, CancellationToken cancellationToken)
    {
        int read = await body.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, cancellationToken);
        if (read < into.Length)
            throw new ProtocolException(ProtocolError.Truncated, "The body ends before its content does: check the lengths in its header and in 'binary_data_size'.");
    }

    private static async ValueTask RequireEndAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] one = ArrayPool<byte>.Shared.Rent(1);
        try
        {
            if (await body.ReadAsync(one.AsMemory(0, 1), cancellationToken) != 0)
                throw new ProtocolException(ProtocolError.TrailingBytes, "The body goes on after its content: check the lengths in its header and in 'binary_data_size'.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(one);
        }
    }
}
