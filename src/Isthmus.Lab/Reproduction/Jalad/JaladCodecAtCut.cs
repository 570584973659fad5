namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>At one cut, the fewest bytes within Δα by JALAD's codec and by Isthmus' codecs, on the calibration photographs.</summary>
/// <param name="Cut">The cut.</param>
/// <param name="Shape">What crosses.</param>
/// <param name="MacShare">Share of the multiply-accumulates before it.</param>
/// <param name="RawBytes">Bytes as float32.</param>
/// <param name="JaladCodec">JALAD's smallest setting within Δα; null if there is none.</param>
/// <param name="JaladBytes">Its bytes, everything counted.</param>
/// <param name="JaladLoss">Its loss.</param>
/// <param name="IsthmusCodec">Isthmus' smallest codec within Δα; null if there is none.</param>
/// <param name="IsthmusBytes">Its bytes, everything counted.</param>
/// <param name="IsthmusLoss">Its loss.</param>
public sealed record JaladCodecAtCut(
    string Cut, string Shape, double MacShare, long RawBytes, string? JaladCodec, long? JaladBytes, double? JaladLoss, string? IsthmusCodec, long? IsthmusBytes, double? IsthmusLoss);
