using System.Text.Json.Serialization;

namespace Isthmus.Inference.Manifests;

/// <summary>Enums as their names in JSON; numbers are refused, since they would let undefined values in.</summary>
/// <typeparam name="T">The enum.</typeparam>
internal sealed class StrictEnumConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false)
    where T : struct, Enum;
