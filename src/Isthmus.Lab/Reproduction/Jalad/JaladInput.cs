namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>A form of the input, on the calibration photographs.</summary>
/// <param name="Form">The form, such as jpeg:75.</param>
/// <param name="Bytes">Mean bytes of a request.</param>
/// <param name="Loss">Share of the answers that it changes.</param>
/// <param name="EncodeMs">Milliseconds to make it on the device, emulated slow-down included; null if not measured.</param>
public sealed record JaladInput(string Form, long Bytes, double Loss, double? EncodeMs);
