using System.Text.Json.Serialization;

namespace Isthmus.Core.Planning;

/// <summary>Which stages of a plan count.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CostTerms>))]
public enum CostTerms
{
    /// <summary>All of them, from the image file to the answer.</summary>
    Everything,

    /// <summary>
    /// Segments and transfers only: T_E(i) + S_i(c)/BW + T_C(i), the cost that the JALAD paper minimises. Decoding the picture, encoding and
    /// decoding what crosses, round-trip times, the answer's way back, queues and overheads count nothing, and need not have been measured.
    /// </summary>
    ComputingAndTransfer,

    /// <summary>
    /// Segments and hops, as Scission adds them up: each hop takes the whole ping and size/bandwidth. Decoding the picture, encoding and decoding what crosses, the answer's way back, queues and
    /// overheads count nothing, and need not have been measured.
    /// </summary>
    Scission,
}
