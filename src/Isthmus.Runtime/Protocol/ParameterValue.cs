namespace Isthmus.Runtime.Protocol;

/// <summary>The value of a protocol parameter: a text, a number or a truth value. Exactly one of them is set.</summary>
public readonly record struct ParameterValue
{
    /// <summary>A text.</summary>
    public ParameterValue(string text) => Text = text;

    /// <summary>A number.</summary>
    public ParameterValue(double number) => Number = number;

    /// <summary>A truth value.</summary>
    public ParameterValue(bool flag) => Flag = flag;

    /// <summary>The text, if it is one.</summary>
    public string? Text { get; }

    /// <summary>The number, if it is one.</summary>
    public double? Number { get; }

    /// <summary>The truth value, if it is one.</summary>
    public bool? Flag { get; }

    /// <inheritdoc/>
    public override string ToString() => Text ?? Number?.ToString() ?? Flag?.ToString() ?? "";

#pragma warning disable CS1591 // Conversions that lose nothing.
    public static implicit operator ParameterValue(string text) => new(text);
    public static implicit operator ParameterValue(double number) => new(number);
    public static implicit operator ParameterValue(bool flag) => new(flag);
#pragma warning restore CS1591
}
