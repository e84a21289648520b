mod x_text;
