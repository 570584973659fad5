using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Json;

namespace Isthmus.Runtime.Protocol;

/// <summary>The answer to a request for inference: the Open Inference Protocol v2's inference response object. Owns its outputs.</summary>
public sealed class InferResponse : IDisposable
{
    /// <summary>The model's name.</summary>
    public required string ModelName { get; init; }

    /// <summary>The model's version: its SHA-256; null if the server has none.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The id of the request.</summary>
    public string? Id { get; init; }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; init; } = [];

    /// <summary>The output tensors.</summary>
    public required ImmutableArray<InferTensor> Outputs { get; init; }

    /// <summary>Where the milliseconds went; null where the server is none of Isthmus.</summary>
    /// <exception cref="ProtocolException">The parameter is there, and is none.</exception>
    public AnswerTrace? Trace()
    {
        if (Parameters.Text(ProtocolNames.Isthmus) is not { } text) return null;
        try
        {
            return JsonSerializer.Deserialize<AnswerTrace>(text, IsthmusJson.Compact);
        }
        catch (JsonException e)
        {
            throw new ProtocolException(ProtocolError.BadMember, $"The response's parameter '{ProtocolNames.Isthmus}' is not a trace: {e.Message}", e);
        }
    }

    /// <summary>Gives the outputs' memory back.</summary>
    public void Dispose()
    {
        foreach (InferTensor output in Outputs) output.Dispose();
    }
}
